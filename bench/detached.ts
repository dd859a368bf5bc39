/** The recorder's program at the entry of every system call, taken away for as long as something is measured without it. */

import { readFileSync, unlinkSync } from "node:fs";
import { openPinned } from "../src/linux/bpf.ts";
import { close } from "../src/linux/descriptor.ts";
import { nr, syscall } from "../src/linux/primitive.ts";
import { attach } from "../src/record/load.ts";

const PROG_GET_FD_BY_ID = 13;

/** Everything else of the recorder stays: its maps, its slots, its other programs. */
export async function detached<T>(pins: string, work: () => Promise<T>): Promise<T> {
  const path = `${pins}/link-enter`;
  const link = openPinned(path);
  const [, id] = /^prog_id:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${link}`, "utf8")) ?? [];
  const program = syscall(nr.bpf, PROG_GET_FD_BY_ID, new Uint32Array([Number(id), 0, 0]), 12);
  if (program < 0) throw new Error(`open the program ${id}: error ${-program}`);
  unlinkSync(path);
  close(link);
  try {
    return await work();
  } finally {
    attach(program, path);
    close(program);
  }
}
