/**
 * The thread that reads and decompresses layers, one after the other, into the ring that the main thread empties: while a
 * layer is still being written to the disk, the next one is on its way.
 */

import { primitive } from "../host/bun.ts";
import { bind, encode } from "../linux/primitive.ts";
import { Failure } from "../spec/failure.ts";
import { Ring, SLOT_KIND, Stopped } from "./ring.ts";
import { type LayerBlob, plainBytes } from "./stream.ts";

/** What the main thread posts, once. */
export interface WorkerOrder {
  readonly memory: SharedArrayBuffer;
  readonly blobs: readonly LayerBlob[];
}

declare const self: { onmessage: (event: { data: WorkerOrder }) => void };

self.onmessage = ({ data }) => {
  bind(primitive);
  const ring = new Ring(data.memory);
  try {
    for (const blob of data.blobs) {
      const bytes = plainBytes(blob, () => ring.room());
      let step = bytes.next();
      for (; !step.done; step = bytes.next()) ring.fill(step.value);
      say(ring, SLOT_KIND.end, step.value);
    }
  } catch (error) {
    if (error instanceof Stopped) return;
    const { message } = error as Error;
    say(ring, SLOT_KIND.failure, error instanceof Failure ? { ...error, message } : { message });
  }
};

function say(ring: Ring, kind: number, message: object): void {
  const bytes = encode(JSON.stringify(message));
  ring.room().set(bytes);
  ring.fill(bytes.length, kind);
}
