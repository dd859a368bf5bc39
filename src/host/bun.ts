/**
 * The primitive on Bun. libc's `syscall` would leave the error in `errno`, which the runtime's own threads and native
 * calls may overwrite before JavaScript can read it; so a system call goes through 30 bytes of machine code in a page
 * of our own, which hand back what the kernel answered. Numbers pass as 64-bit integers, without loss up to ±2^53.
 */

import { dlopen, FFIType, linkSymbols, type Pointer, ptr, toArrayBuffer } from "bun:ffi";
import { readFileSync } from "node:fs";
import { numbers } from "../linux/generated/numbers.ts";
import { getI64, setU64 } from "../linux/memory.ts";
import type { Primitive, SyscallArgument } from "../linux/primitive.ts";

const { i64, i64_fast } = FFIType;
const PAGE = 4096;

/** `long stub(nr, a, b, c, d, e, f)`: moves the C arguments to the kernel's registers, traps, returns. */
const STUBS: Partial<Record<string, readonly number[]>> = {
  // mov rax,rdi; mov rdi,rsi; mov rsi,rdx; mov rdx,rcx; mov r10,r8; mov r8,r9; mov r9,[rsp+8]; syscall; ret
  x64: [
    0x48, 0x89, 0xf8, 0x48, 0x89, 0xf7, 0x48, 0x89, 0xd6, 0x48, 0x89, 0xca, 0x4d, 0x89, 0xc2, 0x4d, 0x89,
    0xc8, 0x4c, 0x8b, 0x4c, 0x24, 0x08, 0x0f, 0x05, 0xc3,
  ],
  // mov x8,x0; mov x0,x1; mov x1,x2; mov x2,x3; mov x3,x4; mov x4,x5; mov x5,x6; svc #0; ret
  arm64: [
    0xe8, 0x03, 0x00, 0xaa, 0xe0, 0x03, 0x01, 0xaa, 0xe1, 0x03, 0x02, 0xaa, 0xe2, 0x03, 0x03, 0xaa, 0xe3,
    0x03, 0x04, 0xaa, 0xe4, 0x03, 0x05, 0xaa, 0xe5, 0x03, 0x06, 0xaa, 0x01, 0x00, 0x00, 0xd4, 0xc0, 0x03,
    0x5f, 0xd6,
  ],
};

const call = trap();

/** Writes the stub to a page of its own and makes the page executable, never writable and executable at once. */
function trap(): (...args: number[]) => number | bigint {
  const code = STUBS[process.arch];
  if (code === undefined) throw new Error(`no system-call stub for ${process.arch}`);
  const libc = openLibc();
  const PROT_READ_WRITE = 3;
  const PROT_READ_EXEC = 5;
  const MAP_PRIVATE_ANONYMOUS = 0x22;
  const page = Number(libc.mmap(0, PAGE, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0));
  if (page <= 0) throw new Error("map a page for the system-call stub: mmap failed");
  new Uint8Array(toArrayBuffer(page as Pointer, 0, PAGE)).set(code);
  if (Number(libc.mprotect(page, PAGE, PROT_READ_EXEC)) !== 0) {
    throw new Error("make the page of the system-call stub executable: mprotect failed");
  }
  const seven = [i64, i64, i64, i64, i64, i64, i64] as const;
  return linkSymbols({ trap: { ptr: page as Pointer, args: seven, returns: i64_fast } }).symbols.trap;
}

function openLibc() {
  const wanted = {
    mmap: { args: [i64, i64, i64, i64, i64, i64], returns: i64_fast },
    mprotect: { args: [i64, i64, i64], returns: i64_fast },
  } as const;
  try {
    return dlopen("libc.so.6", wanted).symbols;
  } catch {
    return dlopen("libc.so", wanted).symbols; // musl
  }
}

const NUMBERS = numbers[process.arch === "arm64" ? "aarch64" : "x86_64"]();
let forkable = false;

/**
 * The engine keeps its machine code in memory that a fork does not copy (MADV_DONTFORK, "dc" in smaps), so a child
 * that runs JavaScript would crash at once. Undone before the first fork: bun only ever spawns otherwise.
 */
function makeForkable(): void {
  const MADVISE = process.arch === "arm64" ? 233 : 28;
  const MADV_DOFORK = 11;
  forkable = true;
  let start = 0;
  let end = 0;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    const range = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line);
    if (range !== null) {
      start = Number.parseInt(range[1] ?? "", 16);
      end = Number.parseInt(range[2] ?? "", 16);
    } else if (line.startsWith("VmFlags:") && line.includes(" dc")) {
      call(MADVISE, start, end - start, MADV_DOFORK, 0, 0, 0);
    }
  }
}

/** An empty view has no address that ptr() would tell; the kernel is given one that is valid to pass with a length of 0. */
const empty = new Uint8Array(8);

function addressOf(buffer: ArrayBufferView): number {
  // A small typed array lives inside its JavaScript object until `.buffer` is first asked for, and moves then.
  void buffer.buffer;
  return ptr(buffer.byteLength === 0 ? empty : (buffer as Uint8Array));
}

function word(argument: SyscallArgument | undefined): number {
  if (typeof argument === "number") return argument;
  return argument === undefined ? 0 : addressOf(argument);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** By the state that stands for one. */
const hashers = new WeakMap<Uint8Array, InstanceType<typeof Bun.CryptoHasher>>();

const CLONE_VM = 0x100;
const OWN_FAULT = 125;

/** An ordinary fork: JavaScript cannot run in memory that is shared. So the child tells of a failure through a pipe. */
function spawn(calls: Uint8Array, nr: number, ...args: SyscallArgument[]): number {
  const [first, second = 0, ...rest] = args;
  // The flags of clone, and its stack; or the struct that clone3 takes, and its size.
  const forked =
    typeof first === "number" ? [first & ~CLONE_VM, 0] : [withoutSharing(first as Uint8Array), second];
  const ends = new Int32Array(2);
  const { pipe2, write, read, close, exit_group, rt_sigaction, rt_sigprocmask } = NUMBERS;
  const SIG_SETMASK = 2;
  const O_CLOEXEC = 0o2000000;
  primitive.syscall(pipe2, ends, O_CLOEXEC);
  const [readEnd = -1, writeEnd = -1] = ends;
  const pid = primitive.syscall(nr, ...forked, ...rest);
  if (pid === 0) {
    const nothing = new Uint8Array(32);
    for (let signal = 1; signal <= 64; signal++) primitive.syscall(rt_sigaction, signal, nothing, 0, 8);
    primitive.syscall(rt_sigprocmask, SIG_SETMASK, nothing, 0, 8);
    makeCalls(calls, () => primitive.syscall(write, writeEnd, calls, 16));
    primitive.syscall(exit_group, OWN_FAULT);
  }
  primitive.syscall(close, writeEnd);
  if (pid > 0) primitive.syscall(read, readEnd, calls, 16);
  primitive.syscall(close, readEnd);
  return pid;
}

/** An ordinary fork here too. */
function become(calls: Uint8Array, nr: number, flags: SyscallArgument, ...rest: SyscallArgument[]): number {
  const pid = primitive.syscall(nr, Number(flags) & ~CLONE_VM, ...rest);
  if (pid > 0) {
    makeCalls(calls, () => {});
    primitive.syscall(NUMBERS.exit_group, OWN_FAULT);
  }
  return pid;
}

/** As make_calls of native/bridge.c; `failed` is called once the first failure stands in the list. */
function makeCalls(calls: Uint8Array, failed: () => void): void {
  const view = new DataView(calls.buffer);
  const count = getI64(view, 16);
  for (let i = 0; i < count; i++) {
    const at = 24 + i * 64;
    const words = Array.from({ length: 8 }, (_, i) => getI64(view, at + i * 8));
    const [number = 0, a, b, c, d, e, f, wanted = -1] = words;
    const result = Number(call(number, word(a), word(b), word(c), word(d), word(e), word(f)));
    if (wanted < 0 ? result >= 0 : result === wanted) continue;
    if (getI64(view, 0) < 0) {
      setU64(view, 0, i);
      setU64(view, 8, result);
      failed();
    }
    if (i < count - 1) i = count - 2;
  }
}

function withoutSharing(cloneArgs: Uint8Array): Uint8Array {
  const cleared = cloneArgs.slice();
  const view = new DataView(cleared.buffer);
  view.setUint32(0, view.getUint32(0, true) & ~CLONE_VM, true);
  cleared.fill(0, 40, 56);
  return cleared;
}

export const primitive: Primitive = {
  arch: process.arch === "arm64" ? "aarch64" : "x86_64",
  syscall(nr, a, b, c, d, e, f) {
    if (!forkable && (nr === NUMBERS.clone || nr === NUMBERS.clone3)) makeForkable();
    return Number(call(nr, word(a), word(b), word(c), word(d), word(e), word(f)));
  },
  spawn,
  become,
  addressOf,
  encode: (text) => encoder.encode(text),
  decode: (bytes) => decoder.decode(bytes),
  sha256(bytes, state) {
    const hasher = (state === undefined ? undefined : hashers.get(state)) ?? new Bun.CryptoHasher("sha256");
    if (state !== undefined) hashers.set(state, hasher);
    return new Uint8Array(hasher.update(bytes).copy().digest().buffer);
  },
};
