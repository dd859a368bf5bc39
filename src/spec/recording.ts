/**
 * A recording: what the recorder saw of one container, in names. It is kept beside the profile that was made of it, so
 * that recordings can be merged and a profile can be checked against a run long after.
 */

/** The calling conventions of which the recorder keeps bitmaps. */
export type Abi = "x86_64" | "i386" | "x32" | "aarch64";

/**
 * Where a recording began, which says how exact it is.
 * - `permissive`: under a filter that allows everything, put in place of the container's own: exactly what is needed.
 * - `own-profile`: under the container's own filter: what it used, and what was refused.
 * - `exec`: without a filter, from the container's first exec; the runtime's needs come from the measured table.
 * - `attach`: a container that was already running; what it did before is not in here.
 */
export type Boundary = "permissive" | "own-profile" | "exec" | "attach";

/** System calls of one ABI, names sorted. */
export interface RecordedCalls {
  /** Made, and let through, since the boundary. */
  allowed: string[];
  /** Refused by the filter in force. */
  refused: string[];
  /** Numbers of this ABI that no table of ours names, as seen; never given an invented name. */
  unknown: number[];
}

/**
 * What the recorder read of the kernel, in the kernel's numbers: what `nameRecording` (src/rules/seccomp) puts into names.
 * `arm`: 32-bit programs on arm64, of which no table of ours has the names.
 */
export interface NumberedRecording {
  /** x32 numbers are without their bit 30. */
  calls: { abi: Abi | "arm"; allowed: number[]; refused: number[] }[];
  outOfRange: number;
  arguments: {
    abi: Abi | "arm";
    nr: number;
    index: number;
    values: number[];
    more: boolean;
    refused: boolean;
  }[];
  capabilities: { used: number[]; refused: number[] };
  files: { path: string; access: "r" | "w" | "rw" }[];
  addresses: { family: "ipv4" | "ipv6" | "unix"; address: string; port?: number }[];
}

/** The values that an argument had; more than 16 distinct ones are not kept (`more`). */
export interface RecordedArgument {
  abi: Abi;
  syscall: string;
  /** 0 to 5. */
  index: number;
  /** Sorted; unsigned, 32 bits wide where the parameter's C type is `int`. */
  values: number[];
  more: boolean;
  refused: boolean;
}

export interface Recording {
  version: 1;
  container: { id?: string; name?: string; bundle?: string; command?: string[] };
  /** The runtime, where it is known: `runc` 1.1.5, `crun` 1.28. */
  runtime?: { name: string; version?: string };
  noNewPrivileges?: boolean;
  boundary: Boundary;
  /** RFC 3339, UTC, with milliseconds. */
  started: string;
  ended: string;
  /** False for a snapshot of a container that still runs. */
  complete: boolean;
  machine: { arch: string; kernel: string };
  calls: { [abi in Abi]?: RecordedCalls };
  /** Calls of ABIs of which no table has the names. */
  unnamed?: { abi: string; allowed: number[]; refused: number[] }[];
  /** Calls with a number beyond the bitmap. */
  outOfRange: number;
  /** Present when they were asked for, as are the three below. */
  arguments?: RecordedArgument[];
  /** CAP_ names, sorted: asked for and granted, asked for and refused. */
  capabilities?: { used: string[]; refused: string[] /** Newer than the table. */; unknown?: number[] };
  /** Paths as the kernel resolved them in the container. */
  files?: { path: string; access: "r" | "w" | "rw" }[];
  addresses?: { family: "ipv4" | "ipv6" | "unix"; address: string; port?: number }[];
  /** How many recordings were put together, and in how many of them each call occurred; after a merge. */
  coverage?: { runs: number; calls: { [abi in Abi]?: { [name: string]: number } } };
}

/** What can be recorded besides the system calls themselves; each costs something, so each is asked for. */
export interface RecordOptions {
  refused?: boolean;
  arguments?: boolean;
  capabilities?: boolean;
  files?: boolean;
  addresses?: boolean;
  /** Of refused calls, for whoever watches; no part of a recording. */
  registers?: boolean;
}
