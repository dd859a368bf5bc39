/** The thread's entry: it compresses blocks as long as there are any. */

import { BLOCK_SIZE, compressBlock } from "./block.ts";
import { type Shared, Slots, STATE } from "./slots.ts";

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<Shared>) => {
  const slots = new Slots(data);
  // The compressors do not take shared memory.
  const own = new Uint8Array(BLOCK_SIZE[data.format]);
  for (;;) {
    const number = slots.take();
    if (!slots.wait(number, STATE.filled)) break;
    const plain = slots.plain(number);
    own.set(plain);
    slots.putCompressed(number, compressBlock(data.format, own.subarray(0, plain.length)));
    slots.set(number, STATE.done);
  }
};
