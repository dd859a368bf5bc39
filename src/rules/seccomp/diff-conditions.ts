/** Conditions of a rule in words: `arg0 = 2`, `arg0 & 0x7e020000 = 0`, `with CAP_SYS_ADMIN`. */

import type { SeccompArgument, SeccompFilter } from "../../spec/seccomp.ts";
import type { Condition } from "./actions-policy.ts";

const SIGNS = {
  SCMP_CMP_NE: "≠",
  SCMP_CMP_LT: "<",
  SCMP_CMP_LE: "≤",
  SCMP_CMP_EQ: "=",
  SCMP_CMP_GE: "≥",
  SCMP_CMP_GT: ">",
} as const;

/** The whole condition; all of it must hold. */
export function conditionText({ args, includes, excludes }: Condition): string {
  return [...args.map(comparisonText), ...filterText(includes, false), ...filterText(excludes, true)].join(
    " and ",
  );
}

function comparisonText({ index, op, value, valueTwo }: SeccompArgument): string {
  if (op === "SCMP_CMP_MASKED_EQ") return `arg${index} & ${number(value)} = ${number(valueTwo ?? 0)}`;
  return `arg${index} ${SIGNS[op]} ${number(value)}`;
}

/** Flags are read in hexadecimal, small numbers are not. */
function number(value: number): string {
  return value < 1024 ? String(value) : `0x${value.toString(16)}`;
}

function filterText(filter: SeccompFilter | undefined, not: boolean): string[] {
  const { caps = [], arches = [], minKernel = "" } = filter ?? {};
  const parts: string[] = [];
  // All of the included, and none of the excluded, capabilities; any one of the architectures.
  if (caps.length > 0) parts.push(`${not ? "without" : "with"} ${caps.join(not ? " or " : " and ")}`);
  if (arches.length > 0) parts.push(`${not ? "not on" : "on"} ${arches.join(" or ")}`);
  if (minKernel !== "") parts.push(`on a kernel ${not ? "before" : "from"} ${minKernel}${not ? "" : " on"}`);
  return parts;
}
