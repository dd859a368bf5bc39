/**
 * Programs that are attached to a control group: which they are, what they say, and another one in the place of one of them, in one
 * step of the kernel. `cgroup` is the group's directory, open; `kind` is of enum bpf_attach_type.
 */

import { objectInfo } from "./bpf.ts";
import { check } from "./error.ts";
import { setU64 } from "./memory.ts";
import { addressOf, nr, syscall } from "./primitive.ts";

const PROG_ATTACH = 8;
const PROG_GET_FD_BY_ID = 13;
const PROG_QUERY = 16;
const ALLOW_MULTI = 2;
const REPLACE = 4;
/** The kernel lets no more be attached to one group. */
const MOST = 64;

/** What is attached to one group, without what its ancestors have. */
export interface Attached {
  /** The kernel's numbers of the programs, in the order in which they run. */
  readonly ids: readonly number[];
  /** BPF_F_*: how they were attached. */
  readonly flags: number;
}

function bpf(command: number, attributes: DataView): number {
  return check(syscall(nr.bpf, command, new Uint8Array(attributes.buffer), attributes.byteLength), "bpf");
}

/** Throws LinuxError. */
export function attachedPrograms(cgroup: number, kind: number): Attached {
  // u32 target_fd 0, attach_type 4, query_flags 8, attach_flags 12, u64 prog_ids 16, u32 prog_cnt 24.
  const attributes = new DataView(new ArrayBuffer(32));
  const ids = new Uint32Array(MOST);
  attributes.setUint32(0, cgroup, true);
  attributes.setUint32(4, kind, true);
  setU64(attributes, 16, addressOf(ids));
  attributes.setUint32(24, MOST, true);
  bpf(PROG_QUERY, attributes);
  const count = attributes.getUint32(24, true);
  return { ids: [...ids.subarray(0, count)], flags: attributes.getUint32(12, true) };
}

/** A descriptor of the program with that number. Throws LinuxError, ENOENT when it is gone. */
export function openProgram(id: number): number {
  const attributes = new DataView(new ArrayBuffer(16));
  attributes.setUint32(0, id, true);
  return bpf(PROG_GET_FD_BY_ID, attributes);
}

/** A program's instructions, 8 bytes each, as the verifier left them. Throws LinuxError. */
export function instructionsOf(program: number): Uint8Array {
  // struct bpf_prog_info: u32 xlated_prog_len at 20, u64 xlated_prog_insns at 32; a length of 0 asks for the length.
  const info = new DataView(new ArrayBuffer(64));
  const bytes = new Uint8Array(info.buffer);
  objectInfo(program, bytes);
  const instructions = new Uint8Array(info.getUint32(20, true));
  bytes.fill(0);
  info.setUint32(20, instructions.length, true);
  setU64(info, 32, addressOf(instructions));
  objectInfo(program, bytes);
  return instructions;
}

/** In whose place a program comes, and how that one was attached. */
export interface Replaced {
  readonly old: number;
  /** Of `attachedPrograms`. */
  readonly flags: number;
}

/** Attaches `program` to a group, beside what may have others beside it, or in the place of one. Throws LinuxError. */
export function attachProgram(cgroup: number, kind: number, program: number, replaced?: Replaced): void {
  const { old, flags } = replaced ?? { old: 0, flags: ALLOW_MULTI };
  // Without ALLOW_MULTI a group has one program, and the next takes its place by itself.
  const named = old !== 0 && (flags & ALLOW_MULTI) !== 0;
  // u32 target_fd 0, attach_bpf_fd 4, attach_type 8, attach_flags 12, replace_bpf_fd 16.
  const attributes = new DataView(new ArrayBuffer(24));
  attributes.setUint32(0, cgroup, true);
  attributes.setUint32(4, program, true);
  attributes.setUint32(8, kind, true);
  attributes.setUint32(12, named ? ALLOW_MULTI | REPLACE : flags, true);
  attributes.setUint32(16, named ? old : 0, true);
  bpf(PROG_ATTACH, attributes);
}
