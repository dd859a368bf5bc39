/** A new file system, made step by step and mounted nowhere yet: fsopen, fsconfig, fsmount. */

import { close } from "./descriptor.ts";
import { check } from "./error.ts";
import { cstring, scratch } from "./memory.ts";
import { decode, nr, syscall } from "./primitive.ts";

const FSOPEN_CLOEXEC = 1;
const FSCONFIG_SET_STRING = 1;
const FSCONFIG_CMD_CREATE = 6;
const FSMOUNT_CLOEXEC = 1;

/**
 * Makes a file system of this type, such as tmpfs, with parameters such as `size`, and a mount of it with ATTRIBUTE bits. Returns a
 * close-on-exec descriptor for `moveMount`. A parameter that the file system refuses is named in the error.
 */
export function makeMount(
  type: string,
  parameters: readonly (readonly [name: string, value: string])[],
  attributes = 0,
): number {
  const context = check(syscall(nr.fsopen, cstring(type), FSOPEN_CLOEXEC), "fsopen", type);
  try {
    // Its source is only for whoever reads the table of mounts.
    for (const [name, value] of [["source", type], ...parameters] as const) {
      const result = syscall(nr.fsconfig, context, FSCONFIG_SET_STRING, cstring(name), cstring(value), 0);
      check(result, "fsconfig", `${name}=${value}${complaint(context)}`);
    }
    check(syscall(nr.fsconfig, context, FSCONFIG_CMD_CREATE, 0, 0, 0), "fsconfig", type + complaint(context));
    return check(syscall(nr.fsmount, context, FSMOUNT_CLOEXEC, attributes), "fsmount", type);
  } finally {
    close(context);
  }
}

/** What the kernel says of a step that failed, ` (…)`; empty when it has nothing to say. */
function complaint(context: number): string {
  const length = syscall(nr.read, context, scratch, scratch.length);
  return length <= 0 ? "" : ` (${decode(scratch.subarray(0, length)).trim()})`;
}
