/**
 * What a child does between its first instruction and its program, and what a process does that stayed behind: each function is
 * one call of the list that `spawn` or `becomeChild` takes, or a few.
 */

import type { Call, Place } from "./call-list.ts";
import { putTimespec } from "./clock.ts";
import { cstring, pointerList, type Words } from "./memory.ts";
import { POLL } from "./poll.ts";
import { nr } from "./primitive.ts";
import { getpid } from "./process.ts";

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

/** The program at `path`. */
export function executeFile(path: string, argv: Words, env: Words): Call {
  return { name: "execve", nr: nr.execve, args: [cstring(path), pointerList(argv), pointerList(env)] };
}

export function closing(fd: number): Call {
  return { name: "close", nr: nr.close, args: [fd] };
}

/** Fails when there is nothing to read within `ms` milliseconds. */
export function awaitInput(fd: number, ms: number): Call {
  // struct pollfd {s32 fd, s16 events, s16 revents}, struct timespec.
  const buffer = new Uint8Array(24);
  const view = new DataView(buffer.buffer);
  view.setInt32(0, fd, true);
  view.setInt16(4, POLL.IN, true);
  putTimespec(view, 8, ms);
  return { name: "ppoll", nr: nr.ppoll, args: [buffer, 1, buffer.subarray(8), 0, 8], wanted: 1 };
}

/** Reads one byte, the lowest of an argument of a later call; fails at the end of what there is to read. */
export function readByte(fd: number, to: Place): Call {
  return { name: "read", nr: nr.read, args: [fd, to, 1], wanted: 1 };
}

/** Waits for a child; with `options` WNOHANG, does not. */
export function awaitChild(options = 0): Call {
  return { name: "wait4", nr: nr.wait4, args: [-1, 0, options, 0] };
}

export function exiting(status: number): Call {
  return { name: "exit_group", nr: nr.exit_group, args: [status] };
}
