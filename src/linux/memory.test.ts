import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { cstring, getI64, getU64, pointerList, setU64 } from "./memory.ts";
import { addressOf, decode, encode } from "./primitive.ts";

test("64-bit fields keep their value as two halves", () => {
  const view = new DataView(new ArrayBuffer(16));
  for (const n of [0, 1, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 5, 2 ** 53 - 1]) {
    setU64(view, 8, n);
    equal(getU64(view, 8), n);
    equal(getI64(view, 8), n);
  }
  for (const n of [-1, -(2 ** 32), -(2 ** 32) - 7, -(2 ** 52)]) {
    setU64(view, 0, n);
    equal(getI64(view, 0), n);
  }
});

test("a C string ends with one NUL and has none inside", () => {
  deepEqual(Array.from(cstring("ab")), [97, 98, 0]);
  deepEqual(Array.from(cstring(encode("ab"))), [97, 98, 0]);
  deepEqual(Array.from(cstring(encode("ab\0"))), [97, 98, 0]);
  deepEqual(Array.from(cstring("")), [0]);
  throws(() => cstring("/etc/passwd\0.json"), "EINVAL");
  throws(() => cstring(encode("a\0b")), "EINVAL");
});

function words(list: Uint8Array): string[] {
  const view = new DataView(list.buffer, list.byteOffset);
  const found: string[] = [];
  for (let i = 0; getU64(view, i * 8) !== 0; i++) {
    const start = getU64(view, i * 8) - addressOf(list);
    found.push(decode(list.subarray(start, list.indexOf(0, start))));
  }
  return found;
}

test("a pointer list points at every word, empty ones too", () => {
  for (const given of [[], ["one"], ["a", "", "ü", "--flag=x y"], ["", ""]])
    deepEqual(words(pointerList(given)), given);
  deepEqual(words(pointerList(encode("raw\0block\0\0"))), ["raw", "block", ""]);
  deepEqual(words(pointerList(new Uint8Array(0))), []);
});

test("words that the kernel would read otherwise are refused", () => {
  throws(() => pointerList(["a\0b"]), "EINVAL");
  throws(() => pointerList(encode("no end")), "EINVAL");
});
