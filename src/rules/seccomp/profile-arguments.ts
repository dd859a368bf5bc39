/**
 * Rules about arguments, from the values that were recorded: one rule for each value, since several comparisons of one
 * argument in one rule are no "and" (notes/seccomp). A call has such rules only when all its values are known.
 */

import type { Abi, RecordedArgument, Recording } from "../../spec/recording.ts";
import type { SeccompArgument } from "../../spec/seccomp.ts";
import { inCodePointOrder } from "./names-order.ts";

/** The flags of clone that make namespaces; the recorder keeps no others. */
const CLONE_NAMESPACES = 0x7e020000;

/** Beyond this many rules for one call only its first argument is compared. */
const RULES = 64;

/** For each call, in the order of names, the comparisons of its rules. */
export function argumentRules(
  recording: Recording,
  abis: readonly Abi[],
): { rules: Map<string, SeccompArgument[][]>; tooMany: string[] } {
  const recorded = (recording.arguments ?? []).filter(({ refused }) => !refused);
  const rules = new Map<string, SeccompArgument[][]>();
  const tooMany: string[] = [];
  for (const name of inCodePointOrder(recorded.map(({ syscall }) => syscall))) {
    const own = recorded.filter(({ syscall }) => syscall === name);
    const callers = abis.filter((abi) => recording.calls[abi]?.allowed.includes(name));
    if (own.some(({ more }) => more)) tooMany.push(name);
    else if (callers.every((abi) => own.some((one) => one.abi === abi)))
      rules.set(name, comparisonsOf(name, own));
  }
  return { rules, tooMany };
}

function comparisonsOf(name: string, recorded: readonly RecordedArgument[]): SeccompArgument[][] {
  const indexes = [...new Set(recorded.map(({ index }) => index))].sort((a, b) => a - b);
  let rules: SeccompArgument[][] = [[]];
  for (const index of indexes) {
    const values = recorded.filter((one) => one.index === index).flatMap((one) => one.values);
    const sorted = [...new Set(values)].sort((a, b) => a - b);
    if (index !== indexes[0] && rules.length * sorted.length > RULES) break;
    rules = rules.flatMap((args) => sorted.map((value) => [...args, comparison(name, index, value)]));
  }
  return rules;
}

/**
 * The parameters that are recorded are 32 bits wide, so the kernel ignores the upper half of the register; libseccomp
 * compares all 64 bits, and a C library may extend the sign. So only the lower half is compared.
 */
function comparison(name: string, index: number, valueTwo: number): SeccompArgument {
  return {
    index,
    value: name === "clone" ? CLONE_NAMESPACES : 0xffffffff,
    valueTwo,
    op: "SCMP_CMP_MASKED_EQ",
  };
}
