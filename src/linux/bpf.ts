/**
 * bpf(2): maps, programs, links, and their names on a bpffs. Every descriptor is close-on-exec, as the kernel makes them.
 * Keys and values are bytes, as the program that shares the map declares them; both architectures are little-endian.
 */

import { close } from "./descriptor.ts";
import { check } from "./error.ts";
import { cstring, getU64, type Path, setU64 } from "./memory.ts";
import { addressOf, nr, syscall } from "./primitive.ts";

const MAP_CREATE = 0;
const MAP_LOOKUP_ELEM = 1;
const MAP_UPDATE_ELEM = 2;
const MAP_DELETE_ELEM = 3;
const MAP_GET_NEXT_KEY = 4;
const PROG_LOAD = 5;
const OBJ_PIN = 6;
const OBJ_GET = 7;
const PROG_TEST_RUN = 10;
const OBJ_GET_INFO_BY_FD = 15;
const RAW_TRACEPOINT_OPEN = 17;

const ENOENT = 2;
const EEXIST = 17;

/** Numbers of the kinds of maps that are used here (enum bpf_map_type). */
export const MAP = { hash: 1, array: 2, arrayOfMaps: 12 } as const;

/** enum bpf_prog_type: a program that itself makes bpf(2) calls, such as the loader of a light skeleton. */
export const PROGRAM_SYSCALL = 31;
/** The program may sleep. */
export const SLEEPABLE = 1 << 4;

// union bpf_attr as far as it is used. One buffer: a call copies it before it does anything.
const SIZE = 128;
const attributes = /* @__PURE__ */ new Uint8Array(SIZE);
const view = /* @__PURE__ */ new DataView(attributes.buffer);

function bpf(command: number, size: number, path?: Path): number {
  return check(call(command, size), "bpf", typeof path === "string" ? path : undefined);
}

function call(command: number, size: number): number {
  return syscall(nr.bpf, command, attributes, size);
}

function pointer(offset: number, to: ArrayBufferView): void {
  setU64(view, offset, addressOf(to));
}

export interface MapShape {
  /** One of MAP. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly entries: number;
  /** Of a map of maps: a map like those that it will hold. */
  readonly inner?: number;
}

/** Makes a map; returns its descriptor. */
export function createMap(shape: MapShape): number {
  attributes.fill(0);
  view.setUint32(0, shape.type, true);
  view.setUint32(4, shape.keySize, true);
  view.setUint32(8, shape.valueSize, true);
  view.setUint32(12, shape.entries, true);
  view.setUint32(20, shape.inner ?? 0, true);
  return bpf(MAP_CREATE, 28);
}

/** u32 map_fd 0, u64 key 8, u64 value or next_key 16, u64 flags 24. */
function element(map: number, key: Uint8Array | null, value: Uint8Array | null, flags: number): void {
  attributes.fill(0, 0, 32);
  view.setUint32(0, map, true);
  if (key !== null) pointer(8, key);
  if (value !== null) pointer(16, value);
  view.setUint32(24, flags, true);
}

/** Reads the value of `key` into `value`; false when there is none. */
export function lookup(map: number, key: Uint8Array, value: Uint8Array): boolean {
  element(map, key, value, 0);
  const result = call(MAP_LOOKUP_ELEM, 32);
  if (result === -ENOENT) return false;
  check(result, "bpf");
  return true;
}

/** Sets the value of `key`, whether it has one or not. */
export function update(map: number, key: Uint8Array, value: Uint8Array): void {
  element(map, key, value, 0);
  bpf(MAP_UPDATE_ELEM, 32);
}

/** Sets the value of a `key` that has none; false when it has one. E2BIG when the map is full. */
export function insert(map: number, key: Uint8Array, value: Uint8Array): boolean {
  const BPF_NOEXIST = 1;
  element(map, key, value, BPF_NOEXIST);
  const result = call(MAP_UPDATE_ELEM, 32);
  if (result === -EEXIST) return false;
  check(result, "bpf");
  return true;
}

/** Takes `key` away; false when it was not there. */
export function remove(map: number, key: Uint8Array): boolean {
  element(map, key, null, 0);
  const result = call(MAP_DELETE_ELEM, 32);
  if (result === -ENOENT) return false;
  check(result, "bpf");
  return true;
}

/**
 * Writes the key after `key` into `next`; the first one for null, or when `key` is gone. False after the last. `next` may
 * be `key` itself.
 */
export function nextKey(map: number, key: Uint8Array | null, next: Uint8Array): boolean {
  element(map, key, next, 0);
  const result = call(MAP_GET_NEXT_KEY, 32);
  if (result === -ENOENT) return false;
  check(result, "bpf");
  return true;
}

/** Gives a map, program or link a name on a bpffs, where it lives on without a descriptor. */
export function pin(fd: number, path: string): void {
  const name = cstring(path);
  attributes.fill(0, 0, 16);
  pointer(0, name);
  view.setUint32(8, fd, true);
  bpf(OBJ_PIN, 16, path);
}

/** Opens what is pinned at `path`. */
export function openPinned(path: string): number {
  return check(tryOpenPinned(path), "bpf", path);
}

/** As `openPinned`; null when there is no such file. */
export function openPinnedIfThere(path: string): number | null {
  const result = tryOpenPinned(path);
  return result === -ENOENT ? null : check(result, "bpf", path);
}

function tryOpenPinned(path: string): number {
  const name = cstring(path);
  attributes.fill(0, 0, 16);
  pointer(0, name);
  return call(OBJ_GET, 16);
}

export interface ProgramText {
  /** enum bpf_prog_type. */
  readonly type: number;
  /** struct bpf_insn, 8 bytes each. */
  readonly instructions: Uint8Array;
  readonly license: string;
  readonly flags?: number;
  /** Descriptors that the instructions name by their place in this list. */
  readonly descriptors?: readonly number[];
  /** What the verifier says is put here, NUL at the end. */
  readonly log?: Uint8Array;
}

/** Has the kernel verify a program; returns its descriptor. */
export function loadProgram(program: ProgramText): number {
  const license = cstring(program.license);
  const descriptors = new Int32Array(program.descriptors ?? []);
  attributes.fill(0);
  view.setUint32(0, program.type, true);
  view.setUint32(4, program.instructions.length / 8, true);
  pointer(8, program.instructions);
  pointer(16, license);
  if (program.log !== undefined) {
    view.setUint32(24, 1, true);
    view.setUint32(28, program.log.length, true);
    pointer(32, program.log);
  }
  view.setUint32(44, program.flags ?? 0, true);
  if (descriptors.length > 0) pointer(120, descriptors);
  return bpf(PROG_LOAD, 128);
}

/**
 * Runs a PROGRAM_SYSCALL on `context`, which it may change. Returns what the program returned, negative for an error of
 * its own.
 */
export function runProgram(program: number, context: Uint8Array): number {
  attributes.fill(0, 0, 80);
  view.setUint32(0, program, true);
  view.setUint32(40, context.length, true);
  pointer(48, context);
  bpf(PROG_TEST_RUN, 80);
  return view.getInt32(4, true);
}

/**
 * Attaches a program to a tracepoint: the one that it was loaded for (tp_btf), or the one of that name (raw_tp). Returns
 * the link; when it is neither open nor pinned any more, the program is detached.
 */
export function openTracepoint(program: number, name?: string): number {
  const bytes = name === undefined ? null : cstring(name);
  attributes.fill(0, 0, 16);
  if (bytes !== null) pointer(0, bytes);
  view.setUint32(8, program, true);
  return bpf(RAW_TRACEPOINT_OPEN, 16, name);
}

/** Reads struct bpf_map_info, bpf_prog_info or bpf_link_info of `fd` into `info`; returns how many bytes. */
export function objectInfo(fd: number, info: Uint8Array): number {
  attributes.fill(0, 0, 16);
  view.setUint32(0, fd, true);
  view.setUint32(4, info.length, true);
  pointer(8, info);
  bpf(OBJ_GET_INFO_BY_FD, 16);
  return view.getUint32(4, true);
}

/** How often a program was not run because it ran already on the same processor; null where the kernel does not tell. */
export function missedRuns(program: number): number | null {
  // u64 recursion_misses at 208 of struct bpf_prog_info, since 5.12.
  const info = new Uint8Array(216);
  return objectInfo(program, info) < 216 ? null : getU64(new DataView(info.buffer), 208);
}

/**
 * Waits until every program that ran when this was called has ended: the kernel waits for them (RCU) when a map of maps
 * changes. Some milliseconds.
 */
export function waitForRunning(): void {
  const shape = { keySize: 4, valueSize: 4, entries: 1 };
  const inner = createMap({ type: MAP.array, ...shape });
  try {
    const outer = createMap({ type: MAP.arrayOfMaps, inner, ...shape });
    try {
      update(outer, new Uint8Array(4), new Uint8Array(new Int32Array([inner]).buffer));
    } finally {
      close(outer);
    }
  } finally {
    close(inner);
  }
}
