/**
 * config.json on the disk: read once, whole, and replaced by a rename, so the runtime sees the old text or the new one.
 * A symbolic link is followed to the file it means, and that file is replaced beside itself.
 */

import { close } from "../linux/descriptor.ts";
import { failedWith, LinuxError } from "../linux/error.ts";
import { readlink } from "../linux/link.ts";
import { O, open } from "../linux/open.ts";
import { decode, encode } from "../linux/primitive.ts";
import { readToEnd } from "../linux/read.ts";
import { replaceFile } from "../linux/replace.ts";
import { fstat, type Stat, TYPE } from "../linux/stat.ts";
import { EXIT, Failure } from "../spec/failure.ts";

/** Many times the largest that engines write; a file that is larger is no configuration. */
const MAX_CONFIG_BYTES = 32 * 1024 * 1024;

export interface ConfigFile {
  /** As it was asked for. */
  readonly path: string;
  /** The file that a link leads to; the same as `path` when it is none. */
  readonly target: string;
  readonly stat: Stat;
  readonly text: string;
}

/** Reads a configuration file. Throws `Failure` `config_unreadable`, `config_too_large` or `config_not_utf8`. */
export function readConfigFile(path: string): ConfigFile {
  try {
    return readFollowing(path);
  } catch (error) {
    if (failedWith(error, "EFBIG")) {
      throw failure("config_too_large", path, `it is larger than ${MAX_CONFIG_BYTES} bytes`);
    }
    if (error instanceof LinuxError) throw failure("config_unreadable", path, error.message, error);
    throw error;
  }
}

/** Puts a new text in the file's place, with the mode and the owner of the old one. Throws `Failure` `config_unwritable`. */
export function writeConfigFile({ path, target, stat }: ConfigFile, text: string): void {
  try {
    replaceFile(target, text, { mode: stat.mode, uid: stat.uid, gid: stat.gid });
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("config_unwritable", `write ${path}: ${error.message}`, {
      hint: "The file is as it was; make its directory writable, or make room",
      exitCode: EXIT.own,
      cause: error,
    });
  }
}

function readFollowing(path: string): ConfigFile {
  // A FIFO must not make the wrapper wait.
  const flags = O.RDONLY | O.NONBLOCK;
  let link = false;
  let fd: number;
  try {
    fd = open(path, flags | O.NOFOLLOW);
  } catch (error) {
    if (!failedWith(error, "ELOOP")) throw error;
    link = true;
    fd = open(path, flags);
  }
  try {
    const stat = fstat(fd);
    if ((stat.mode & TYPE.mask) !== TYPE.file)
      throw failure("config_unreadable", path, "it is not a regular file");
    const bytes = readToEnd(fd, MAX_CONFIG_BYTES, stat.size, path);
    return { path, target: link ? readlink(`/proc/self/fd/${fd}`) : path, stat, text: textOf(bytes, path) };
  } finally {
    close(fd);
  }
}

/** U+FFFD in the text is either the file's own or stands for what is not UTF-8: only then the bytes are compared. */
function textOf(bytes: Uint8Array, path: string): string {
  const text = decode(bytes);
  if (text.includes("\ufffd") && !equalBytes(encode(text), bytes)) {
    throw failure("config_not_utf8", path, "it is not valid UTF-8");
  }
  return text;
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function failure(code: string, path: string, problem: string, cause?: unknown): Failure {
  return new Failure(code, `read ${path}: ${problem}`, { exitCode: EXIT.own, cause });
}
