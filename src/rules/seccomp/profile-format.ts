/** How a profile is written: in the fields that a format has, and, as text, always in the same order. */

import type { SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { defaultOutcome, ruleOutcome } from "./actions.ts";
import { namesOf } from "./actions-policy.ts";
import { profileFor } from "./convert-target.ts";
import type { Target } from "./evaluate.ts";
import type { ProfileFormat } from "./read-profile.ts";

export type { ProfileFormat };

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

/** The profile in the format's own fields: conditions, comments and errno names are no part of the runtime specification. */
export function written(profile: SeccompProfile, format: ProfileFormat, target: Target): SeccompProfile {
  if (format !== "oci") return profile;
  const { defaultErrno: _, ...plain } = profileFor(profile, target);
  const { errno } = defaultOutcome(profile);
  return {
    ...plain,
    ...(errno === undefined ? {} : { defaultErrnoRet: errno }),
    syscalls: (plain.syscalls ?? []).flatMap(plainRule),
  };
}

function plainRule(rule: SeccompRule): SeccompRule[] {
  const names = namesOf(rule);
  if (names.length === 0) return [];
  const { comment: _, errno: __, name: ___, ...plain } = rule;
  const { errno } = ruleOutcome(rule);
  return [{ ...plain, names, ...(errno === undefined ? {} : { errnoRet: errno }) }];
}

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
