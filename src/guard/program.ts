/**
 * The program that runs is the program that was reviewed: a copy in memory that nobody can change any more, hashed after
 * it was sealed, and executed from there. A script runs by an interpreter that is pinned in the same way, or trusted by
 * its path.
 */

import { hexOf } from "../codec/hex.ts";
import { copyContent } from "../linux/copy.ts";
import { close } from "../linux/descriptor.ts";
import { failedWith } from "../linux/error.ts";
import { createMemfd, sealMemfd } from "../linux/memfd.ts";
import { AT_FDCWD, O, openIfThere } from "../linux/open.ts";
import { SHA256_STATE, sha256 } from "../linux/primitive.ts";
import { pread } from "../linux/read.ts";
import { exists, fstat, TYPE } from "../linux/stat.ts";
import { type Distrust, openTrusted } from "../linux/trust.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Entry, Hex } from "../spec/plan.ts";
import type { Call } from "./call.ts";
import type { Place } from "./place.ts";

/** The largest program; its copy is memory of the hook's cgroup. */
const MAX_PROGRAM_BYTES = 256 * 1024 * 1024;
/** How much is hashed at a time: a multiple of 64 bytes. */
const PART = 64 * 1024;

/** Where a script finds itself: the first descriptor after the standard ones. */
export const SCRIPT_FD = 3;

export interface Program {
  /** What is executed. */
  fd: number;
  argv: string[];
  /** A script's own descriptor, to be passed on as SCRIPT_FD. */
  script?: number;
  /** `memfd`, or `store` where the kernel refuses executable memfds. */
  kind: "memfd" | "store";
}

/** Opens, copies, seals and checks what the entry names. Throws `Failure` with exit status 126 or 127. */
export function loadProgram(call: Call, entry: Entry, place: Place): Program {
  const path = `${call.store}/${entry.hook}`;
  const hook = load(path, entry.hook, entry.name, place.inside);
  const { interpreter } = entry;
  if (interpreter === undefined) return { fd: hook.fd, argv: entry.args, kind: hook.kind };
  const words = [interpreter.path, ...interpreter.args];
  const runner =
    interpreter.digest === undefined
      ? { fd: trusted(interpreter.path), kind: hook.kind }
      : load(`${call.store}/${interpreter.digest}`, interpreter.digest, interpreter.path, place.inside);
  const rest = entry.args.slice(1);
  // Without /proc a descriptor has no name; the store's own file, mounted read-only, has.
  if (!exists("/proc/self/fd")) {
    close(hook.fd);
    return { fd: runner.fd, argv: [...words, path, ...rest], kind: "store" };
  }
  return {
    fd: runner.fd,
    argv: [...words, `/proc/self/fd/${SCRIPT_FD}`, ...rest],
    script: hook.fd,
    kind: runner.kind,
  };
}

/** A descriptor of the store's file: on the host only when the whole path to it is safe; inside, its digest decides. */
export function openStored(
  path: string,
  inside: boolean,
  use: "program" | "data",
  aboveIsSafe = false,
): number {
  if (!inside) return trusted(path, use, aboveIsSafe);
  const fd = openIfThere(AT_FDCWD, path, O.RDONLY | O.NOFOLLOW | O.NONBLOCK);
  if (fd === null) throw distrust({ ok: false, reason: "missing", path, message: `${path} does not exist` });
  if ((fstat(fd).mode & TYPE.mask) !== TYPE.file) {
    close(fd);
    throw distrust({ ok: false, reason: "not_file", path, message: `${path} is not a regular file` });
  }
  return fd;
}

function load(
  path: string,
  digest: Hex,
  name: string,
  inside: boolean,
): { fd: number; kind: Program["kind"] } {
  // The entry beside it was opened a moment ago.
  const source = openStored(path, inside, "program", true);
  const { size } = fstat(source);
  if (size > MAX_PROGRAM_BYTES) {
    throw new Failure(
      "program_too_large",
      `copy ${path}: it has ${size} bytes, ${MAX_PROGRAM_BYTES} at most`,
      {
        exitCode: EXIT.refused,
      },
    );
  }
  const copy = sealedCopy(source, name);
  // Where the kernel forbids executable memfds the file itself must do: then its whole path has to be safe, inside too.
  if (copy === undefined && inside) close(trusted(path));
  verify(copy ?? source, size, digest, path);
  if (copy === undefined) return { fd: source, kind: "store" };
  close(source);
  return { fd: copy, kind: "memfd" };
}

/** Undefined where `vm.memfd_noexec` or a seccomp profile refuses. */
function sealedCopy(source: number, name: string): number | undefined {
  let copy: number;
  try {
    copy = createMemfd(name.slice(0, 200), true);
  } catch (error) {
    if (failedWith(error, "EACCES", "EPERM", "ENOSYS")) return undefined;
    throw error;
  }
  copyContent(source, copy, MAX_PROGRAM_BYTES);
  sealMemfd(copy);
  return copy;
}

function verify(fd: number, size: number, digest: Hex, path: string): void {
  if (digestOf(fd, size) === digest) return;
  throw new Failure("digest_mismatch", `run ${path}: its content is not what its name says`, {
    hint: "run `hookwright apply`, which writes the store anew, and find out who changed it",
    exitCode: EXIT.refused,
  });
}

/** In parts, so that the largest program takes no more memory than the smallest. */
function digestOf(fd: number, size: number): Hex {
  const state = new Uint8Array(SHA256_STATE);
  const part = new Uint8Array(Math.min(PART, Math.ceil((size + 1) / 64) * 64));
  for (let at = 0; ; at += part.length) {
    const count = pread(fd, part, at);
    const digest = sha256(count === part.length ? part : part.subarray(0, count), state);
    if (count < part.length) return hexOf(digest);
  }
}

function trusted(path: string, use: "program" | "data" = "program", aboveIsSafe = false): number {
  const opened = openTrusted(path, use, aboveIsSafe);
  if (!opened.ok) throw distrust(opened);
  return opened.fd;
}

function distrust({ reason, path, message }: Distrust): Failure {
  const missing = reason === "missing";
  return new Failure(missing ? "missing" : `trust_${reason}`, `run ${path}: ${message}`, {
    hint: missing
      ? "run `hookwright apply`: the store no longer has what the container was promised"
      : "give the file and every directory above it to root, writable by nobody else",
    exitCode: missing ? EXIT.missing : EXIT.refused,
  });
}
