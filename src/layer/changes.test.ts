/** The index of hashes may save work and must never change a decision: random changes to a tree, found with it and without. */

import { expect, test } from "bun:test";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import fc from "fast-check";
import { byteString } from "../codec/byte-string.ts";
import { type Manifest, readManifest } from "../codec/mtree/read.ts";
import { writeManifest } from "../codec/mtree/write.ts";
import { primitive } from "../host/bun.ts";
import { close } from "../linux/descriptor.ts";
import { O, open } from "../linux/open.ts";
import { bind } from "../linux/primitive.ts";
import { findChanges } from "./changes.ts";
import { HashIndexFile, readHashIndex } from "./hash-index-file.ts";

bind(primitive);

const NAMES = ["a", "b", "a-x", "a/f", "b/g", "b/a/h", "c", "é"];
const HEAD = { user: "u", machine: "m", tree: "t", date: "d" };

type Change = readonly [what: string, at: string, other: string];

const change: fc.Arbitrary<Change> = fc.tuple(
  fc.constantFrom(
    "write",
    "same-size",
    "touch",
    "back",
    "chmod",
    "remove",
    "directory",
    "link",
    "symlink",
    "rename",
    "cut",
  ),
  fc.constantFrom(...NAMES),
  fc.constantFrom(...NAMES),
);

/** Makes the change as far as the tree allows it. */
function apply(root: string, [what, at, other]: Change): void {
  const path = `${root}/${at}`;
  const second = `${root}/${other}`;
  try {
    if (what === "write") writeFileSync(path, other);
    if (what === "same-size") {
      const { atime, mtime, size } = lstatSync(path);
      writeFileSync(path, "z".repeat(size));
      utimesSync(path, atime, mtime);
    }
    if (what === "touch") utimesSync(path, 5, 5);
    if (what === "back") utimesSync(path, 0, 0);
    if (what === "chmod") chmodSync(path, lstatSync(path).isDirectory() ? 0o700 : 0o600);
    if (what === "remove") rmSync(path, { recursive: true });
    if (what === "directory") mkdirSync(path, { recursive: true });
    if (what === "link") linkSync(path, second);
    if (what === "symlink") symlinkSync(other, path);
    if (what === "rename") renameSync(path, second);
    if (what === "cut") truncateSync(path, 1);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** A bundle directory with a root file system, its manifest and its index. */
class Bundle {
  readonly path = mkdtempSync("/tmp/hookwright-test-");
  readonly rootfs = `${this.path}/rootfs`;

  constructor(changes: readonly Change[]) {
    mkdirSync(this.rootfs);
    for (const one of changes) apply(this.rootfs, one);
  }

  within<T>(work: (root: number, dir: number) => T): T {
    const dir = open(this.path, O.RDONLY | O.DIRECTORY);
    const root = open(this.rootfs, O.RDONLY | O.DIRECTORY);
    try {
      return work(root, dir);
    } finally {
      close(root);
      close(dir);
    }
  }

  manifest(): Manifest {
    const pieces: string[] = [];
    this.within((root) => {
      const { tree } = findChanges(root, { manifest: readManifest(""), complete: true });
      if (tree !== undefined) writeManifest(tree, HEAD, (piece) => pieces.push(byteString(piece)));
    });
    return readManifest(pieces.join(""));
  }

  /** Finds changes with the index and leaves it as new as repack does. */
  indexed(manifest: Manifest) {
    return this.within((root, dir) => {
      const file = HashIndexFile.create(dir);
      const index = readHashIndex(dir);
      const found = findChanges(root, { manifest, index, records: file?.records, complete: false });
      file?.commit();
      return found.deltas;
    });
  }

  plain(manifest: Manifest) {
    return this.within((root) => findChanges(root, { manifest, complete: false }).deltas);
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}

test("the same changes are found with the index as without it, however quickly the tree changes", () => {
  const start = fc.array(change, { minLength: 5, maxLength: 25 });
  const later = fc.array(fc.array(change, { maxLength: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(start, later, (changes, rounds) => {
      const bundle = new Bundle(changes);
      try {
        const manifest = bundle.manifest();
        expect(bundle.indexed(manifest)).toEqual([]);
        for (const round of rounds) {
          for (const one of round) apply(bundle.rootfs, one);
          expect(bundle.indexed(manifest)).toEqual(bundle.plain(manifest));
        }
      } finally {
        bundle.remove();
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("an unchanged file is not read again once it is older than the index; a changed one is", () => {
  const bundle = new Bundle([
    ["write", "a", "aaaa"],
    ["write", "c", "cccc"],
  ]);
  try {
    const manifest = bundle.manifest();
    Bun.sleepSync(50);
    bundle.indexed(manifest);
    const again = () =>
      bundle.within((root, dir) => {
        const file = HashIndexFile.create(dir);
        findChanges(root, { manifest, index: readHashIndex(dir), records: file?.records, complete: false });
        const learned = file?.records.learned;
        file?.abort();
        return learned;
      });
    expect(again()).toBe(0);
    apply(bundle.rootfs, ["same-size", "a", ""]);
    expect(again()).toBe(1);
    expect(
      bundle.indexed(manifest).map(({ path, keys }) => [path, keys.map(({ keyword }) => keyword)]),
    ).toEqual([["a", ["sha256digest"]]]);
    // What is left over is the index alone.
    expect(readdirSync(bundle.path).sort()).toEqual([".hookwright-index", "rootfs"]);
  } finally {
    bundle.remove();
  }
});

test.each([
  ["garbage", "printf garbage >.hookwright-index"],
  ["empty", ": >.hookwright-index"],
  ["a FIFO", "rm .hookwright-index; mkfifo .hookwright-index"],
  ["a link to another's", "mv .hookwright-index i; ln -s i .hookwright-index"],
  ["writable by others", "chmod 666 .hookwright-index"],
  ["somebody else's", "chown 1234 .hookwright-index"],
  ["a directory", "rm .hookwright-index; mkdir .hookwright-index"],
  ["cut", "truncate -s -1 .hookwright-index"],
])("an index that is %s is as none", (_, script) => {
  const bundle = new Bundle([["write", "a", "aaaa"]]);
  try {
    const manifest = bundle.manifest();
    Bun.sleepSync(20);
    bundle.indexed(manifest);
    bundle.within((_, dir) => expect(readHashIndex(dir)).toBeDefined());
    expect(Bun.spawnSync(["sh", "-ec", script], { cwd: bundle.path }).exitCode).toBe(0);
    bundle.within((_, dir) => expect(readHashIndex(dir)).toBeUndefined());
    apply(bundle.rootfs, ["same-size", "a", ""]);
    expect(bundle.indexed(manifest)).toEqual(bundle.plain(manifest));
  } finally {
    bundle.remove();
  }
});
