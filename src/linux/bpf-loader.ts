/**
 * Running the loader program of a light skeleton, as bpf_load_and_run of bpf/skel_internal.h does: a program that makes
 * the bpf(2) calls which load other programs, from within the kernel, where types are known.
 */

import { createMap, loadProgram, MAP, PROGRAM_SYSCALL, runProgram, SLEEPABLE, update } from "./bpf.ts";
import { close } from "./descriptor.ts";
import { LinuxError } from "./error.ts";
import { setU64 } from "./memory.ts";
import { addressOf } from "./primitive.ts";

export interface LoaderProgram {
  readonly data: Uint8Array;
  readonly instructions: Uint8Array;
  /** Bytes of the context, into which it writes the descriptors of what it made. */
  readonly context: number;
}

/**
 * Loads. `initial` gives maps their first content, by the offset of the map's description in the context. Returns the
 * context; the descriptors in it are the caller's. What fails half-way leaves nothing open.
 */
export function runLoader(
  loader: LoaderProgram,
  initial: readonly { readonly map: number; readonly content: ArrayBufferView }[],
): DataView {
  // u32 its size 0, flags 4, log level 8, log size 12, u64 log 16; then {int fd, u32 entries, u64 content} for each map,
  // then the programs' descriptors.
  const context = new Uint8Array(loader.context);
  const view = new DataView(context.buffer);
  view.setUint32(0, context.length, true);
  for (const { map, content } of initial) setU64(view, map + 8, addressOf(content));
  const shape = { keySize: 4, valueSize: loader.data.length, entries: 1 };
  const map = createMap({ type: MAP.array, ...shape });
  try {
    update(map, new Uint8Array(4), loader.data);
    const program = loadProgram({
      type: PROGRAM_SYSCALL,
      instructions: loader.instructions,
      license: "Dual BSD/GPL",
      flags: SLEEPABLE,
      descriptors: [map],
    });
    try {
      const result = runProgram(program, context);
      if (result < 0) throw new LinuxError("bpf", -result);
    } finally {
      close(program);
    }
  } finally {
    close(map);
  }
  return view;
}
