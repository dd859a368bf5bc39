/**
 * The one door to the kernel. An entry point binds the primitive of its engine (src/host/bun.ts, src/host/quickjs.ts)
 * before anything else runs; every module of src/linux is TypeScript over these few functions.
 */

import { numbers } from "./generated/numbers.ts";

/** Arguments of a system call: numbers (−2^53 … 2^53), or a buffer, of which the address is passed. */
export type SyscallArgument = number | ArrayBufferView;

export interface Primitive {
  /** `x86_64` or `aarch64`: chooses the system-call numbers. */
  readonly arch: string;
  /** Makes a system call of at most six arguments; a negative result is −errno. */
  syscall(nr: number, ...args: SyscallArgument[]): number;
  /**
   * Makes a process by the system call `nr` (clone or clone3, asked to share memory, with a stack), which gives signals their
   * default actions, blocks none and makes the system calls of `calls` (src/linux/call-list.ts); returns what `nr` did. No copy
   * of the memory is made, so nothing but this list can run in it.
   */
  spawn(calls: Uint8Array, nr: number, ...args: SyscallArgument[]): number;
  /**
   * Makes a process by the system call `nr` (clone, asked to share memory, without a stack), which goes on here and is returned 0;
   * the caller makes the system calls of `calls` and never returns, unless there is no process: then with what `nr` said.
   */
  become(calls: Uint8Array, nr: number, ...args: SyscallArgument[]): number;
  /** Address of a buffer's first byte, for pointers inside structures. The caller keeps the buffer alive. */
  addressOf(buffer: ArrayBufferView): number;
  /** UTF-8 bytes of a string; a lone surrogate becomes U+FFFD. */
  encode(text: string): Uint8Array;
  /** The string of UTF-8 bytes; what is not UTF-8 becomes U+FFFD. */
  decode(bytes: Uint8Array): string;
  /**
   * SHA-256, 32 bytes. With `state` (SHA256_STATE bytes, zero at first) `bytes` goes on from the calls before with the
   * same state, and the digest is that of all so far; only the last of them may have a length that 64 does not divide.
   */
  sha256(bytes: Uint8Array, state?: Uint8Array): Uint8Array;
}

/** Length of what `sha256` keeps between the parts of a long content. */
export const SHA256_STATE = 40;

export let syscall: Primitive["syscall"];
export let spawn: Primitive["spawn"];
export let become: Primitive["become"];
export let addressOf: Primitive["addressOf"];
export let encode: Primitive["encode"];
export let decode: Primitive["decode"];
export let sha256: Primitive["sha256"];
export let arch: string;
/** System-call numbers of this architecture, by name. */
export let nr: ReturnType<typeof numbers.x86_64>;

/** Binds the engine's primitive; called once by an entry point, before anything else of src/linux. */
export function bind(primitive: Primitive): void {
  ({ syscall, spawn, become, addressOf, encode, decode, sha256, arch } = primitive);
  nr = arch === "aarch64" ? numbers.aarch64() : numbers.x86_64();
}
