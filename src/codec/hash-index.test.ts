import { expect, test } from "bun:test";
import fc from "fast-check";
import { byteString } from "./byte-string.ts";
import { type FileState, HashIndex, HashIndexWriter } from "./hash-index.ts";

const digest = (bytes: Uint8Array) =>
  new Uint8Array(new Bun.CryptoHasher("sha256").update(bytes).digest().buffer);

const STATE: FileState = {
  device: 1,
  inode: 2 ** 40,
  inodeLow: 7,
  size: 3,
  mtimeSeconds: -5,
  mtimeNanoseconds: 999_999_999,
  ctimeSeconds: 100,
  ctimeNanoseconds: 5,
  mode: 0o100644,
  uid: 0xffff_fffe,
  gid: 3,
};
const HASH = new Uint8Array(32).fill(0xab);

function indexOf(paths: readonly string[], seconds = 100, nanoseconds = 6): Uint8Array {
  const writer = new HashIndexWriter({ seconds, nanoseconds });
  for (const path of paths) writer.add(path, STATE, HASH, path.endsWith("x"));
  return writer.finish(digest);
}

test("a file that is as it was is known, with its hash", () => {
  const index = HashIndex.read(indexOf(["a", "a/b", "a-x"]), digest);
  expect(index?.find("a", STATE)?.sha256).toBe("ab".repeat(32));
  expect(index?.find("a", STATE)?.hasHash("ab".repeat(32))).toBe(true);
  for (const other of [
    "",
    "ab".repeat(31),
    `${"ab".repeat(31)}aB`,
    `${"ab".repeat(31)}ac`,
    `0${"ab".repeat(32)}`,
  ]) {
    expect(index?.find("a", STATE)?.hasHash(other)).toBe(false);
  }
  expect(index?.find("a/aa", STATE)).toBeUndefined();
  expect(index?.find("a/b", STATE)?.attributes).toBe(false);
  expect(index?.find("a-x", STATE)?.attributes).toBe(true);
  expect(index?.find("b", STATE)).toBeUndefined();
});

test.each(Object.keys(STATE) as (keyof FileState)[])("a file whose %s is another is not known", (field) => {
  const index = HashIndex.read(indexOf(["a"]), digest);
  expect(index?.find("a", { ...STATE, [field]: STATE[field] - 1 })).toBeUndefined();
  expect(index?.find("a", STATE)).toBeDefined();
});

test("a file that changed no earlier than the index was made is not known: a later change may not show", () => {
  for (const [seconds, nanoseconds, known] of [
    [100, 5, false],
    [99, 999, false],
    [100, 6, true],
    [101, 0, true],
  ] as const) {
    const index = HashIndex.read(indexOf(["a"], seconds, nanoseconds), digest);
    expect(index?.find("a", STATE) !== undefined).toBe(known);
  }
});

test("what was kept and what is new stand in one index", () => {
  const old = HashIndex.read(indexOf(["a", "c"]), digest);
  const writer = new HashIndexWriter({ seconds: 100, nanoseconds: 6 });
  writer.keep(old?.find("a", STATE)?.record ?? new Uint8Array(0));
  writer.add("b", STATE, new Uint8Array(32), false);
  writer.keep(old?.find("c", STATE)?.record ?? new Uint8Array(0));
  const index = HashIndex.read(writer.finish(digest), digest);
  expect(["a", "b", "c"].map((path) => index?.find(path, STATE)?.sha256.slice(0, 2))).toEqual([
    "ab",
    "00",
    "ab",
  ]);
});

test("paths in the order of a walk are all found, whatever their bytes are", () => {
  const component = fc
    .uint8Array({ minLength: 1, maxLength: 3 })
    .map((bytes) => byteString(bytes).replace(/[\0/]/g, "0"));
  const path = fc.array(component, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  fc.assert(
    fc.property(
      fc.uniqueArray(path, { maxLength: 30 }),
      fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
      (paths, inside) => {
        // A slash before all else is what walking a sorted directory depth first comes to.
        const inOrder = paths.sort((a, b) => (a.replaceAll("/", "\0") < b.replaceAll("/", "\0") ? -1 : 1));
        const some = inOrder.filter((_, at) => inside[at]);
        const index = HashIndex.read(indexOf(some), digest);
        for (const [at, one] of inOrder.entries()) {
          expect(index?.find(one, STATE) !== undefined).toBe(inside[at] === true);
        }
      },
    ),
  );
});

test("an index that is damaged anywhere, or cut, is none", () => {
  const whole = indexOf(["a", "b"]);
  expect(HashIndex.read(whole, digest)).toBeDefined();
  for (let at = 0; at < whole.length; at++) {
    const damaged = whole.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x40;
    expect(HashIndex.read(damaged, digest)).toBeUndefined();
    expect(HashIndex.read(whole.subarray(0, at), digest)).toBeUndefined();
  }
});

test("one whose digest fits and whose lengths do not is none", () => {
  for (const count of [0, 1, 3, 0xffff_ffff]) {
    const bytes = indexOf(["a", "b"]);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(20, count, true);
    bytes.set(digest(bytes.subarray(0, -32)), bytes.length - 32);
    expect(HashIndex.read(bytes, digest)).toBeUndefined();
  }
  const bytes = indexOf(["a", "b"]);
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(24 + 98, 60_000, true);
  bytes.set(digest(bytes.subarray(0, -32)), bytes.length - 32);
  expect(HashIndex.read(bytes, digest)).toBeUndefined();
});
