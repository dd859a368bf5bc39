/** An engine's files on the disk: each is the old one or the new one at any moment, with the owner, mode, ACL and attributes that it had. */

import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { mkdirAll, rmdir } from "../linux/directory.ts";
import { LinuxError } from "../linux/error.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { replaceFile, syncDirectory } from "../linux/replace.ts";
import { Failure } from "../spec/failure.ts";

/** Bytes that are no text would not survive. */
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a file; undefined when there is none. @throws Failure `config_unreadable` */
export function readIfThere(file: string): string | undefined {
  try {
    return STRICT.decode(readFileSync(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Failure("config_unreadable", `read ${file}: ${(error as Error).message}`, {
      hint: "check the file, its permissions and that it is UTF-8",
      cause: error,
    });
  }
}

/** Directories on the way to a file that are not there yet, the outermost first. */
export function missingDirectories(file: string): string[] {
  const missing: string[] = [];
  for (let at = dirname(file); !existsSync(at); at = dirname(at)) missing.unshift(at);
  return missing;
}

/** Writes a file as a whole; a link is followed, since the file that it leads to is the engine's. @throws LinuxError */
export function writeWhole(file: string, text: string): void {
  mkdirAll(dirname(file), 0o755);
  replaceFile(existsSync(file) ? realpathSync(file) : file, text, { keep: true, mode: 0o644, sync: true });
}

/** Removes a file, and of `directories` those that are empty then. @throws LinuxError */
export function removeWhole(file: string, directories: readonly string[]): void {
  unlinkIfThere(file);
  syncDirectory(dirname(file));
  for (const directory of directories.toReversed()) {
    try {
      rmdir(directory);
    } catch (error) {
      if (error instanceof LinuxError) return; // somebody else has put something there
      throw error;
    }
  }
}
