/**
 * What a child does between its first instruction and its program: each function is one call of the list that `spawn` takes,
 * or a few.
 */

import { cstring, pointerList, type Words } from "./memory.ts";
import { nr } from "./primitive.ts";
import { getpid } from "./process.ts";
import type { Call } from "./spawn.ts";

const PR_SET_PDEATHSIG = 1;
const CLOSE_RANGE_CLOEXEC = 4;
const LAST_FD = 0xffff_ffff;
const AT_EMPTY_PATH = 0x1000;

/** `signal` when the parent ends; a parent that has ended already is a failure (errno 0). */
export function dieWithParent(signal: number): Call[] {
  return [
    { name: "prctl", nr: nr.prctl, args: [PR_SET_PDEATHSIG, signal] },
    { name: "getppid", nr: nr.getppid, args: [], wanted: getpid() },
  ];
}

/** A session, and a process group, of its own. */
export function newSession(): Call {
  return { name: "setsid", nr: nr.setsid, args: [] };
}

/** Makes `to` the same as `from`, to be there in the program; the two must differ. */
export function pass(from: number, to: number): Call {
  return { name: "dup3", nr: nr.dup3, args: [from, to, 0], wanted: to };
}

/** Closes all descriptors from `first` up when the program starts. */
export function closeOnExec(first: number): Call {
  return { name: "close_range", nr: nr.close_range, args: [first, LAST_FD, CLOSE_RANGE_CLOEXEC] };
}

export function fileModeMask(mask: number): Call {
  return { name: "umask", nr: nr.umask, args: [mask] };
}

export function workingDirectory(path: string): Call {
  return { name: "chdir", nr: nr.chdir, args: [cstring(path)] };
}

/**
 * The program that the descriptor `fd` is open on. A script (`#!`) needs `fd` without close-on-exec, since its interpreter is
 * given `/dev/fd/N` to read.
 */
export function execute(fd: number, argv: Words, env: Words): Call {
  return {
    name: "execveat",
    nr: nr.execveat,
    args: [fd, cstring(""), pointerList(argv), pointerList(env), AT_EMPTY_PATH],
  };
}
