/**
 * The filter under which a container is recorded when it may lose its own: it allows everything, and yet is one, so that
 * the kernel tells the calls after the runtime loaded it (`seccomp.mode` 2) from those before.
 */

import type { Json, JsonObject } from "../../spec/runtime-config.ts";
import { same } from "../hooks/same.ts";

/** A filter kills programs of an architecture that it does not list, whatever its default. */
const ARCHITECTURES = [
  "SCMP_ARCH_X86_64",
  "SCMP_ARCH_X86",
  "SCMP_ARCH_X32",
  "SCMP_ARCH_AARCH64",
  "SCMP_ARCH_ARM",
];

/** A runtime may leave out a filter without rules; this one answers a call that nobody makes as the kernel would. */
const NEVER = {
  names: ["personality"],
  action: "SCMP_ACT_ERRNO",
  errnoRet: 22,
  args: [{ index: 0, value: 0xfffffffe, op: "SCMP_CMP_EQ" }],
};

/** The filter in the form of `linux.seccomp`, new each time. */
export function permissiveFilter(): JsonObject {
  return {
    defaultAction: "SCMP_ACT_ALLOW",
    architectures: [...ARCHITECTURES],
    syscalls: [{ ...NEVER, names: [...NEVER.names], args: NEVER.args.map((one) => ({ ...one })) }],
  };
}

/** Whether the `linux.seccomp` of a configuration is that filter, in whatever order its members stand. */
export function isPermissive(seccomp: Json | undefined): boolean {
  return same(seccomp, permissiveFilter());
}
