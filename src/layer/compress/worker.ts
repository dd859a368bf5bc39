/** The thread's entry: it compresses blocks as long as there are any. */

import { compressor } from "./block.ts";
import { type Shared, Slots, STATE } from "./slots.ts";

declare const self: Worker;

self.onmessage = ({ data }: MessageEvent<Shared>) => {
  const slots = new Slots(data);
  const compress = compressor(data.format);
  for (;;) {
    const number = slots.take();
    if (!slots.claim(number)) break;
    const compressed = compress(slots.content(number));
    slots.room(number).set(compressed);
    slots.resize(number, compressed.length);
    slots.set(number, STATE.done);
  }
};
