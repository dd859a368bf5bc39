/** The bridge's own promises, which must hold alike on both engines: text, hashes, views, what is refused. */

import { addressOf, decode, encode, nr, sha256, syscall } from "../../src/linux/primitive.ts";
import { deepEqual, engine, equal, test, throws } from "./api.ts";

const hex = (bytes: Uint8Array) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
const bytes = (...values: number[]) => new Uint8Array(values);

test("text survives encode and decode, whatever its length of UTF-8", () => {
  for (const text of [
    "",
    "a",
    "é",
    "€",
    "𝄞",
    "\0",
    "a".repeat(10_000),
    `${"x".repeat(13)}é${"y".repeat(9)}𝄞`,
  ]) {
    equal(decode(encode(text)), text);
  }
  deepEqual(encode("é€𝄞"), bytes(0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9d, 0x84, 0x9e));
});

test("a byte order mark is a character like any other", () => {
  equal(decode(bytes(0xef, 0xbb, 0xbf, 0x61)), "\ufeffa");
});

test("a lone surrogate is encoded as U+FFFD", () => {
  deepEqual(encode("a\ud800b"), bytes(0x61, 0xef, 0xbf, 0xbd, 0x62));
  deepEqual(encode("\udc00"), bytes(0xef, 0xbf, 0xbd));
  deepEqual(encode("\ud7ff"), bytes(0xed, 0x9f, 0xbf));
});

test("what is not UTF-8 becomes U+FFFD, one for each maximal part", () => {
  equal(decode(bytes(0x61, 0xff, 0x62)), "a\ufffdb");
  equal(decode(bytes(0xc0, 0x80)), "\ufffd\ufffd");
  equal(decode(bytes(0xe2, 0x82)), "\ufffd");
  equal(decode(bytes(0xe2, 0x82, 0x41)), "\ufffdA");
  equal(decode(bytes(0xf0, 0x9d, 0x84, 0xf0)), "\ufffd\ufffd");
  equal(decode(bytes(0xed, 0xa0, 0x80)), "\ufffd\ufffd\ufffd");
  equal(decode(bytes(0xf4, 0x90, 0x80, 0x80)), "\ufffd\ufffd\ufffd\ufffd");
  equal(decode(bytes(0xe0, 0x9f, 0xbf, 0x41)), "\ufffd\ufffd\ufffdA");
});

test("sha256 gives the digests of FIPS 180-4, at every length of the last block", () => {
  equal(hex(sha256(encode(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  equal(hex(sha256(encode("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  equal(
    hex(sha256(encode("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
  // A hash of hashes of every length up to three blocks: one wrong digest changes it.
  const digests = new Uint8Array(32 * 200);
  for (let length = 0; length < 200; length++)
    digests.set(sha256(new Uint8Array(length).fill(length)), 32 * length);
  equal(hex(sha256(digests)), "6f979b0f53f1f6efc88ce8829b3e9c0d7711e102a3cfe31394c5d6c3232047ad");
});

test("a view counts from its own first byte", () => {
  const buffer = new ArrayBuffer(64);
  const base = addressOf(new Uint8Array(buffer));
  equal(addressOf(new Uint8Array(buffer, 8)), base + 8);
  equal(addressOf(new DataView(buffer, 24, 8)), base + 24);
  equal(addressOf(new Uint32Array(buffer, 16)), base + 16);
  equal(decode(encode("hookwright").subarray(4, 10)), "wright");
  equal(hex(sha256(encode("xabc").subarray(1))), hex(sha256(encode("abc"))));
});

test("a DataView is as good an argument as a typed array", () => {
  const view = new DataView(new ArrayBuffer(16), 8);
  const CLOCK_MONOTONIC = 1;
  const CLOCK_GETTIME = nr.openat === 257 ? 228 : 113;
  equal(syscall(CLOCK_GETTIME, CLOCK_MONOTONIC, new DataView(new ArrayBuffer(16))), 0);
  equal(view.byteOffset, 8);
});

if (engine === "quickjs") {
  test("a fraction, a number that is not exact and a word are refused", () => {
    throws(() => syscall(nr.read, 0.5), "RangeError");
    throws(() => syscall(nr.read, 2 ** 60), "RangeError");
    throws(() => syscall(nr.read, "0" as unknown as number), "TypeError");
    throws(() => syscall(nr.read, undefined as unknown as number), "TypeError");
  });
}
