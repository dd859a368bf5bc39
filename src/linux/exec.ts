/**
 * Replacing the program. Words come as strings or as one block of raw bytes (each word ended by a NUL), so that a
 * wrapper passes on arguments and environment byte for byte, valid UTF-8 or not.
 */

import { LinuxError } from "./error.ts";
import { cstring, type Path, pointerList, type Words } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";

/** Runs the program at `path` in this process; returns only by throwing. */
export function execve(path: Path, argv: Words, env: Words): never {
  const result = syscall(nr.execve, cstring(path), pointerList(argv), pointerList(env));
  throw new LinuxError("execve", -result, typeof path === "string" ? path : undefined);
}
