/** Archives that are made to mislead: names and links never lead out, sizes that lie are said, nothing is read twice as large. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { ArchiveReader, ArchiveWriter } from "./archive-file.ts";
import { gather } from "./verify.ts";

bind(primitive);

let work: string;
beforeAll(() => {
  work = mkdtempSync("/tmp/hookwright-archive-");
});
afterAll(() => rmSync(work, { recursive: true }));

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
function tar(name: string, ...args: string[]): string {
  const path = `${work}/${name}.tar`;
  const { exitCode, stderr } = Bun.spawnSync(["tar", "-C", work, "-cf", path, ...args]);
  if (exitCode !== 0) throw new Error(stderr.toString());
  return path;
}

test("what is written is read, by us and by tar", async () => {
  const path = `${work}/own.tar`;
  const writer = new ArchiveWriter(path);
  const large = new Uint8Array(3_000_000).fill(7);
  const name = `blobs/sha256/${"a".repeat(120)}`;
  async function* chunks() {
    yield large.subarray(0, 1_000_001);
    yield large.subarray(1_000_001);
  }
  // Both at once: they take turns.
  await Promise.all([writer.addBytes("a.json", new TextEncoder().encode("{}")), writer.add(name, chunks())]);
  expect(readdirSync(work)).not.toContain("own.tar");
  await writer.finish();
  const reader = new ArchiveReader(path);
  expect(text(reader.read("a.json", 10))).toBe("{}");
  expect(Buffer.from(await gather(reader.stream(name))).equals(Buffer.from(large))).toBe(true);
  expect(() => reader.read(name, 1000)).toThrow(expect.objectContaining({ code: "blob_too_large" }));
  expect(() => reader.read("b.json", 10)).toThrow(expect.objectContaining({ code: "archive_incomplete" }));
  reader.close();
  const { stdout } = Bun.spawnSync(["tar", "-tvf", path]);
  expect(stdout.toString()).toMatch(new RegExp(`3000000 .* ${name}\\n`));
});

test("links are followed in the archive, and nowhere else", () => {
  mkdirSync(`${work}/links/inner`, { recursive: true });
  writeFileSync(`${work}/links/inner/real`, "inside");
  symlinkSync("inner/real", `${work}/links/good`);
  symlinkSync("../../../../etc/passwd", `${work}/links/out`);
  symlinkSync("/etc/passwd", `${work}/links/absolute`);
  symlinkSync("loop", `${work}/links/loop`);
  const reader = new ArchiveReader(tar("links", "links"));
  expect(text(reader.read("links/good", 100))).toBe("inside");
  expect(text(reader.read("./links//inner/../good", 100))).toBe("inside");
  for (const name of ["links/out", "links/absolute", "links/loop"]) {
    expect(() => reader.read(name, 10_000)).toThrow(expect.objectContaining({ code: "archive_incomplete" }));
  }
  reader.close();
});

test("one that is cut, at any place, is an error and no wait", () => {
  writeFileSync(`${work}/content`, "x".repeat(5000));
  for (const size of [0, 100, 511, 512, 1000, 5000, 6000]) {
    const path = tar("cut", "content");
    truncateSync(path, size);
    const read = () => {
      const reader = new ArchiveReader(path);
      reader.close();
    };
    expect(read).toThrow(expect.objectContaining({ code: "tar_malformed" }));
  }
});

test("one that is given up leaves nothing", async () => {
  const writer = new ArchiveWriter(`${work}/given-up.tar`);
  async function* broken() {
    yield new Uint8Array(10);
    throw new Error("no more");
  }
  await expect(writer.add("a", broken(), 20)).rejects.toThrow("no more");
  writer.close();
  expect(readdirSync(work).filter((name) => name.includes("given-up"))).toEqual([]);
});
