/** Comparisons of arguments as libseccomp makes them: unsigned, all 64 bits. */

import type { SeccompArgument } from "../../spec/seccomp.ts";

/** Whether all comparisons hold; undefined when that hangs on an argument that is not known. */
export function branchHolds(
  comparisons: readonly SeccompArgument[],
  args: readonly (number | undefined)[],
): boolean | undefined {
  let unknown = false;
  for (const comparison of comparisons) {
    const value = args[comparison.index];
    if (value === undefined) unknown = true;
    else if (!holds(comparison, value)) return false;
  }
  return unknown ? undefined : true;
}

function holds({ op, value: wanted, valueTwo }: SeccompArgument, value: number): boolean {
  switch (op) {
    case "SCMP_CMP_NE":
      return value !== wanted;
    case "SCMP_CMP_LT":
      return value < wanted;
    case "SCMP_CMP_LE":
      return value <= wanted;
    case "SCMP_CMP_EQ":
      return value === wanted;
    case "SCMP_CMP_GE":
      return value >= wanted;
    case "SCMP_CMP_GT":
      return value > wanted;
    case "SCMP_CMP_MASKED_EQ":
      return masked(value, wanted, valueTwo ?? 0);
  }
}

/** `value` under `mask` is `wanted`, in two halves of 32 bits. libseccomp masks what is wanted too. */
function masked(value: number, mask: number, wanted: number): boolean {
  return (
    (low(value) & low(mask)) === (low(wanted) & low(mask)) &&
    (high(value) & high(mask)) === (high(wanted) & high(mask))
  );
}

function low(value: number): number {
  return (value % 0x1_0000_0000) | 0;
}

function high(value: number): number {
  return Math.floor(value / 0x1_0000_0000) | 0;
}
