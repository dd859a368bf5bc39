import { expect, test } from "bun:test";
import { Slots, STATE } from "./slots.ts";

test("a block is taken once: a thread that is ahead by all slots does not take what another still has", () => {
  const slots = Slots.create("gzip", 3);
  slots.set(0, STATE.filled);
  expect(slots.claim(0)).toBe(true);
  // Otherwise the other thread would wait.
  slots.stop();
  expect(slots.claim(3)).toBe(false);
  slots.set(0, STATE.done);
  expect(slots.claim(3)).toBe(false);
});

test("of two threads that want the same slot one gets the block", () => {
  const slots = Slots.create("zstd", 3);
  slots.room(3).set([1, 2]);
  slots.resize(3, 2);
  slots.set(3, STATE.filled);
  expect(slots.claim(3)).toBe(true);
  expect(slots.content(3)).toEqual(new Uint8Array([1, 2]));
  slots.stop();
  expect(slots.claim(0)).toBe(false);
});
