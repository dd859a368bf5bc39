/** A profile as a file: always the same fields in the same order. */

import type { SeccompProfile } from "../../spec/seccomp.ts";

const FIELDS = [
  "$schema",
  "defaultAction",
  "defaultErrnoRet",
  "defaultErrno",
  "archMap",
  "architectures",
  "flags",
  "listenerPath",
  "listenerMetadata",
  "syscalls",
];
const RULE_FIELDS = [
  "comment",
  "name",
  "names",
  "action",
  "errnoRet",
  "errno",
  "args",
  "includes",
  "excludes",
];
const ARGUMENT_FIELDS = ["index", "value", "valueTwo", "op"];

/** The file: two blanks of indent, fields in a fixed order, a newline at the end. Byte for byte the same every time. */
export function profileText(profile: SeccompProfile): string {
  const rules = profile.syscalls?.map((rule) => {
    const args = rule.args?.map((arg) => ordered(arg, ARGUMENT_FIELDS));
    return ordered(args === undefined ? rule : { ...rule, args }, RULE_FIELDS);
  });
  const whole = ordered(rules === undefined ? profile : { ...profile, syscalls: rules }, FIELDS);
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** Known fields first, in their order; others as code points order them. */
function ordered(value: object, fields: readonly string[]): { [field: string]: unknown } {
  const given = value as { [field: string]: unknown };
  const others = Object.keys(given).filter((field) => !fields.includes(field));
  const all = [...fields.filter((field) => Object.hasOwn(given, field)), ...others.sort()];
  return Object.fromEntries(all.map((field) => [field, given[field]]));
}
