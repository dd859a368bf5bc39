/** The thread's entry: it compresses blocks as long as there are any. */

import { BLOCK_SIZE, compressBlock } from "./block.ts";
import { type Shared, Slots, STATE } from "./slots.ts";

declare const self: Worker;

/** Each call of zstd leaves a stream behind that the engine takes for small, and would not collect while this thread is busy. */
const COLLECT_EVERY = 8;

self.onmessage = ({ data }: MessageEvent<Shared>) => {
  const slots = new Slots(data);
  // The compressors do not take shared memory.
  const own = new Uint8Array(BLOCK_SIZE[data.format]);
  for (let turn = 1; ; turn++) {
    const number = slots.take();
    if (!slots.claim(number)) break;
    const plain = slots.content(number);
    own.set(plain);
    slots.put(number, compressBlock(data.format, own.subarray(0, plain.length)));
    slots.set(number, STATE.done);
    if (data.format === "zstd" && turn % COLLECT_EVERY === 0) Bun.gc(true);
  }
};
