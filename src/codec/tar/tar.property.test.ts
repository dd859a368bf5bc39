/** Properties of the tar codec on random entries, against GNU tar, and a short run of its fuzz target. */

import { expect, test } from "bun:test";
import fc from "fast-check";
import { tar } from "../../../test/fuzz/tar.ts";
import { archiveOf, readAll } from "../../../test/support/tar.ts";
import { byteString } from "../byte-string.ts";
import type { TarEntry, TarType } from "./entry.ts";
import { FLAG } from "./entry.ts";

const letters = fc.integer({ min: 1, max: 255 });
const bytes = (maxLength: number, minLength = 0) =>
  fc.array(letters, { minLength, maxLength }).map((all) => Uint8Array.from(all));
const component = bytes(90, 1).filter((one) => !one.includes(0x2f));
const path = fc
  .oneof(
    fc
      .array(component, { minLength: 1, maxLength: 6 })
      .map((parts) => parts.map((part) => byteString(part)).join("/")),
    fc.constantFrom(
      "a",
      "d".repeat(100),
      `${"d".repeat(100)}/${"e".repeat(100)}`,
      `${"p".repeat(155)}/x`,
      ".",
      "/",
    ),
  )
  .map((text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0)));
const number = (bits: number) =>
  fc.oneof(fc.constantFrom(0, 8 ** 7 - 1, 8 ** 7, 2 ** bits - 1), fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const time = fc.oneof(
  fc.record({ seconds: fc.integer(), nanoseconds: fc.nat(999_999_999) }),
  fc.record({ seconds: fc.constantFrom(8 ** 11 - 1, 8 ** 11, -1, 0), nanoseconds: fc.constant(0) }),
);
const attribute = fc.tuple(
  fc.array(
    fc.integer({ min: 1, max: 255 }).filter((byte) => byte !== 0x3d),
    { minLength: 1, maxLength: 40 },
  ),
  fc.uint8Array({ minLength: 1, maxLength: 200 }),
);

const file: fc.Arbitrary<{ entry: TarEntry; content: Uint8Array }> = fc
  .record({
    type: fc.constantFrom(...(Object.keys(FLAG) as TarType[])),
    name: path,
    link: path,
    mode: fc.nat(0o7777),
    uid: number(32),
    gid: number(32),
    mtime: time,
    times: fc.option(fc.record({ atime: time, ctime: time })),
    uname: bytes(40),
    gname: bytes(40),
    major: fc.nat(4095),
    minor: fc.nat(1_048_575),
    xattrs: fc.array(attribute, { maxLength: 3 }),
    content: fc.uint8Array({ maxLength: 1500 }),
  })
  .map(({ xattrs, times, content, ...fields }) => ({
    content: fields.type === "file" ? content : new Uint8Array(0),
    entry: {
      ...fields,
      ...times,
      size: fields.type === "file" ? content.length : 0,
      xattrs: new Map(xattrs.map(([name, value]) => [String.fromCharCode(...name), value] as const)),
    },
  }))
  .filter(({ entry }) => entry.type === "directory" || entry.name.at(-1) !== 0x2f);

test("what was written is read, to the last byte, in pieces of any size", () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 4 }), fc.integer({ min: 1, max: 3000 }), (files, piece) => {
      const read = readAll(archiveOf(files), piece);
      expect(read.length).toBe(files.length);
      for (const [i, { entry, content }] of files.entries()) {
        expect(read[i]?.entry).toEqual(entry);
        expect(Buffer.compare(read[i]?.content ?? new Uint8Array(), content)).toBe(0);
      }
    }),
    { numRuns: 500 },
  );
});

test("GNU tar lists what was written: names, sizes, owners", () => {
  const plain = file.filter(
    ({ entry }) => entry.type === "file" && entry.uid < 2 ** 31 && entry.gid < 2 ** 31,
  );
  fc.assert(
    fc.property(fc.array(plain, { minLength: 1, maxLength: 8 }), (files) => {
      const words = ["tar", "-tv", "--numeric-owner", "--quoting-style=escape", "--warning=none"];
      const listed = Bun.spawnSync(words, { stdin: archiveOf(files), env: { LC_ALL: "C" } });
      expect([listed.exitCode, listed.stderr.toString()]).toEqual([0, ""]);
      const rows = listed.stdout.toString().trimEnd().split("\n");
      expect(rows.length).toBe(files.length);
      for (const [i, { entry }] of files.entries()) {
        const [, owner, size] = rows[i]!.split(/ +/);
        expect([owner, size]).toEqual([`${entry.uid}/${entry.gid}`, String(entry.size)]);
      }
    }),
    { numRuns: 25 },
  );
});

test("fuzz: mutated archives", () => tar.run(20261124, 5_000));
