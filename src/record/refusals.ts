/** Calls that a filter refused, with the registers that it saw and the texts that these point to. */

import { decode } from "../linux/primitive.ts";
import { abisOf, type RawAbi } from "./decode.ts";
import { REFUSAL, SEEN, SEEN_KIND } from "./layout.ts";
import type { Snapshot } from "./snapshot.ts";

export interface Refusal {
  abi: RawAbi;
  nr: number;
  /** All six, whatever the call takes. */
  registers: bigint[];
  /** What the first four point to, as far as it is text; empty for what is no pointer. `cut`: it goes on. */
  texts: { text: string; cut: boolean }[];
}

/** In the kernel's order, which is none. */
export function refusalsIn({ places, arch }: Snapshot): Refusal[] {
  const abis = abisOf(arch);
  return places.flatMap((seen) => {
    const view = new DataView(seen.buffer, seen.byteOffset, seen.byteLength);
    if (view.getUint16(SEEN.kind, true) !== SEEN_KIND.refusal) return [];
    const at = (offset: number) => SEEN.text + offset;
    const abi = abis[view.getUint32(at(REFUSAL.abi), true)];
    if (abi === undefined) return [];
    const registers = Array.from({ length: 6 }, (_, i) =>
      view.getBigUint64(at(REFUSAL.registers + i * 8), true),
    );
    const texts = Array.from({ length: REFUSAL.count }, (_, i) => {
      const start = at(REFUSAL.texts + i * REFUSAL.text);
      const bytes = seen.subarray(start, start + REFUSAL.text);
      const end = bytes.indexOf(0);
      return { text: decode(bytes.subarray(0, end)), cut: end === REFUSAL.text - 1 };
    });
    return [{ abi, nr: view.getUint32(at(REFUSAL.nr), true), registers, texts }];
  });
}
