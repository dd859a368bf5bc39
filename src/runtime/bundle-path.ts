/**
 * The bundle's path as the runtime will say it in the state, because id and bundle together name the container's record,
 * which the guard looks up by what the runtime tells it (notes/runc/arguments.md, notes/crun/arguments.md).
 */

import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { readlink } from "../linux/link.ts";
import { O, open } from "../linux/open.ts";
import { sameFile, stat } from "../linux/stat.ts";
import { variable } from "../spec/environment.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Dialect } from "./bundle-args.ts";

/**
 * crun says the path without links; runc says what Go's Getwd does: $PWD where that is the same directory, else the path
 * without links. Throws `Failure` `bundle_unreadable`.
 */
export function bundlePath(given: string | undefined, dialect: Dialect, env: readonly string[]): string {
  try {
    const shell = dialect === "go" ? variable(env, "PWD") : undefined;
    if (shell?.startsWith("/") && isSame(shell, given ?? ".")) return shell;
    return resolve(given ?? ".");
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure(
      "bundle_unreadable",
      `open the bundle ${given ?? "in the current directory"}: ${error.message}`,
      {
        exitCode: EXIT.own,
        cause: error,
      },
    );
  }
}

/** The path without links. */
function resolve(path: string): string {
  const fd = open(path, O.PATH | O.DIRECTORY);
  try {
    return readlink(`/proc/self/fd/${fd}`);
  } finally {
    close(fd);
  }
}

function isSame(a: string, b: string): boolean {
  try {
    return sameFile(stat(a), stat(b));
  } catch {
    return false;
  }
}
