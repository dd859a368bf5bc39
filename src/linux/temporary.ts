/** Directories for the length of a piece of work. */

import { removeTree } from "./directory.ts";
import { check } from "./error.ts";
import { cstring } from "./memory.ts";
import { AT_FDCWD } from "./open.ts";
import { nr, syscall } from "./primitive.ts";
import { randomHex } from "./random.ts";

const EEXIST = 17;

/** Makes a directory of mode 0700 with a new name that starts with `prefix`; returns its path. */
export function makeTemporaryDirectory(prefix: string): string {
  for (;;) {
    const path = prefix + randomHex(6);
    const result = syscall(nr.mkdirat, AT_FDCWD, cstring(path), 0o700);
    if (result === -EEXIST) continue;
    check(result, "mkdirat", path);
    return path;
  }
}

/** Runs `work` in a new directory and removes that afterwards, whatever happened. */
export function inTemporaryDirectory<T>(prefix: string, work: (path: string) => T): T {
  const path = makeTemporaryDirectory(prefix);
  try {
    return work(path);
  } finally {
    removeTree(path);
  }
}
