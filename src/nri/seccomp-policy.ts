/**
 * A seccomp profile in the words of NRI. A part of the wrong type is refused: passed over, it could make the filter wider than the
 * profile says.
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { wrongShape } from "../rules/hooks/facts.ts";
import type { JsonObject } from "../spec/runtime-config.ts";
import type { LinuxSeccompSchema } from "./generated/nri_pb.ts";

const UINT64 = 2n ** 64n - 1n;

/** @throws Failure `config_shape` */
export function seccompPolicyOf(profile: JsonObject): MessageInitShape<typeof LinuxSeccompSchema> {
  return {
    defaultAction: text(profile.defaultAction, "defaultAction"),
    ...optional("defaultErrno", profile.defaultErrnoRet),
    architectures: texts(profile.architectures, "architectures"),
    flags: texts(profile.flags, "flags"),
    listenerPath: text(profile.listenerPath, "listenerPath"),
    listenerMetadata: text(profile.listenerMetadata, "listenerMetadata"),
    syscalls: objects(profile.syscalls, "syscalls").map((one) => ({
      names: texts(one.names, "names"),
      action: text(one.action, "action"),
      ...optional("errnoRet", one.errnoRet),
      args: objects(one.args, "args").map((arg) => ({
        index: number(arg.index, "index"),
        value: uint64(number(arg.value, "value")),
        valueTwo: uint64(number(arg.valueTwo, "valueTwo")),
        op: text(arg.op, "op"),
      })),
    })),
  };
}

/** JSON's numbers are not exact up there: 2^64 - 1, which means no limit, is read as 2^64. */
export function uint64(value: number): bigint {
  const whole = BigInt(Math.max(0, Math.trunc(value)));
  return whole > UINT64 ? UINT64 : whole;
}

function optional<K extends string>(key: K, value: unknown): { [k in K]?: { value: number } } {
  const there = value === undefined || value === null ? {} : { [key]: { value: number(value, key) } };
  return there as { [k in K]?: { value: number } };
}

function number(value: unknown, key: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value === "number") return value;
  throw wrong(key, "a number");
}

function text(value: unknown, key: string): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  throw wrong(key, "a string");
}

function texts(value: unknown, key: string): string[] {
  return list(value, key).map((one) => text(one, key));
}

function objects(value: unknown, key: string): JsonObject[] {
  return list(value, key).map((one) => {
    if (typeof one === "object" && one !== null && !Array.isArray(one)) return one as JsonObject;
    throw wrong(key, "a list of objects");
  });
}

function list(value: unknown, key: string): unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw wrong(key, "a list");
}

function wrong(key: string, expected: string) {
  return wrongShape(`linux.seccomp, ${key}`, expected);
}
