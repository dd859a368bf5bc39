/** One rule of a profile's `syscalls`, in any of the three formats. */

import type { Json } from "../../spec/runtime-config.ts";
import type { SeccompArgument, SeccompFilter, SeccompRule } from "../../spec/seccomp.ts";
import { ACTIONS, COMPARISONS } from "./actions.ts";
import { errnoNumber } from "./actions-errno.ts";
import type { Fields, Path } from "./read-fields.ts";

export function readRule(value: Json, path: Path, fields: Fields): SeccompRule {
  const rule = fields.object(value, path);
  const { name, names, action, errnoRet, errno, args, comment, includes, excludes, ...rest } = rule;
  const list = fields.texts(names, [...path, "names"]);
  const one = isAbsent(name) ? "" : fields.text(name, [...path, "name"]);
  if (one !== "" && (list?.length ?? 0) > 0)
    fields.refuse([...path, "name"], "names is there too, and engines refuse both", "Keep one of the two.");
  list?.forEach((item, i) => {
    if (item === "") fields.refuse([...path, "names", i], "is an empty name", "Name a system call.");
  });
  const compared = fields
    .list(args, [...path, "args"])
    ?.map((arg, i) => readArgument(arg, [...path, "args", i], fields));
  return {
    names: one === "" ? (list ?? []) : [one],
    action: fields.oneOf(action, [...path, "action"], ACTIONS),
    ...(isAbsent(errnoRet) ? {} : { errnoRet: fields.whole(errnoRet, [...path, "errnoRet"], 0xffff) }),
    ...(isAbsent(errno) ? {} : { errno: readErrno(errno, [...path, "errno"], fields) }),
    ...(compared === undefined ? {} : { args: compared }),
    ...(isAbsent(comment) ? {} : { comment: fields.text(comment, [...path, "comment"]) }),
    ...(isAbsent(includes) ? {} : { includes: readFilter(includes, [...path, "includes"], fields) }),
    ...(isAbsent(excludes) ? {} : { excludes: readFilter(excludes, [...path, "excludes"], fields) }),
    ...rest,
  };
}

function readArgument(value: Json, path: Path, fields: Fields): SeccompArgument {
  const { index, value: wanted, valueTwo, op, ...rest } = fields.object(value, path);
  return {
    ...rest,
    index: fields.whole(index, [...path, "index"], 5),
    value: fields.whole(wanted, [...path, "value"]),
    ...(isAbsent(valueTwo) ? {} : { valueTwo: fields.whole(valueTwo, [...path, "valueTwo"]) }),
    op: fields.oneOf(op, [...path, "op"], COMPARISONS),
  };
}

function readFilter(value: Json, path: Path, fields: Fields): SeccompFilter {
  const { caps, arches, minKernel, ...rest } = fields.object(value, path);
  const capList = fields.texts(caps, [...path, "caps"]);
  const archList = fields.texts(arches, [...path, "arches"]);
  return {
    ...rest,
    ...(capList === undefined ? {} : { caps: capList }),
    ...(archList === undefined ? {} : { arches: archList }),
    ...(isAbsent(minKernel) ? {} : { minKernel: readKernel(minKernel, [...path, "minKernel"], fields) }),
  };
}

/** Docker wants `MAJOR.MINOR` and refuses anything else. */
function readKernel(value: Json, path: Path, fields: Fields): string {
  const text = fields.text(value, path);
  const parts = text.split(".");
  const digits = (part: string) => part !== "" && [...part].every((c) => c >= "0" && c <= "9");
  if (text !== "" && !(parts.length === 2 && parts.every(digits)))
    fields.refuse(path, `${JSON.stringify(text)} is not MAJOR.MINOR`, 'Write it as "4.8".');
  return text;
}

/** Podman's name of an errno value. */
export function readErrno(value: Json | undefined, path: Path, fields: Fields): string {
  const name = fields.text(value, path);
  if (name !== "" && errnoNumber(name) === undefined)
    fields.refuse(
      path,
      `${JSON.stringify(name)} is no errno of Linux`,
      "Write a name such as EPERM or ENOSYS.",
    );
  return name;
}

/** Go leaves an empty text or list out when it prints, and takes null for it. */
export function isAbsent(value: Json | undefined): value is undefined | null {
  return value === undefined || value === null;
}
