/**
 * The image that the images' chapter of the bench works on: about a gigabyte in 50,000 files and four gzip layers, of the files
 * that this machine has below /usr, with hard links and whiteouts. It is made once, into .cache.
 */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { MEDIA_TYPE } from "../src/spec/image.ts";
import { must } from "../test/support/command.ts";
import { makeLayout, sha256Of } from "../test/support/layout.ts";

const MIB = 1024 * 1024;
const ENTRIES = 50_000;
const BYTES = 1000 * MIB;
/** A few large files would make the image another one. */
const LARGEST = 40 * MIB;
const LAYERS = 4;

/** Tag of the image in its layout. */
export const TAG = "big";

/** Path of the layout. */
export function bigImage(): string {
  const path = `${import.meta.dir}/../.cache/bench-image`;
  if (existsSync(path)) return path;
  const work = mkdtempSync(`${import.meta.dir}/../.cache/bench-image-`);
  try {
    const layout = makeLayout(`${work}/layout`);
    const layers = [];
    const diffIds: string[] = [];
    for (const [at, names] of chosen().entries()) {
      const tar = `${work}/layer.tar`;
      writeFileSync(`${work}/names`, `${names.join("\0")}\0`);
      must([
        "tar",
        "-C",
        "/",
        "--null",
        "--no-recursion",
        "--format=pax",
        "--pax-option=delete=atime,delete=ctime",
        "-cf",
        tar,
        "-T",
        `${work}/names`,
      ]);
      if (at > 0) addWhiteouts(work, tar, names);
      diffIds.push(`sha256:${sha256Of(readFileSync(tar))}`);
      must(["gzip", "-6", "-n", tar]);
      layers.push(layout.put(readFileSync(`${tar}.gz`), `${MEDIA_TYPE.layer}+gzip`));
      rmSync(`${tar}.gz`);
    }
    layout.tags({ [TAG]: layout.image({ rootfs: { type: "layers", diff_ids: diffIds } }, { layers }) });
    renameSync(`${work}/layout`, path);
  } finally {
    rmSync(work, { recursive: true });
  }
  return path;
}

/** Names below /usr, in order, until there is enough: first where files are large, then where they are many. */
function chosen(): string[][] {
  const names = [
    ...take(["/usr/include"], BYTES, ENTRIES),
    ...take(["/usr/bin", "/usr/lib/x86_64-linux-gnu"], BYTES * 0.6, ENTRIES),
  ];
  names.push(...take(["/usr/lib/python3", "/usr/share"], BYTES * 0.4, ENTRIES - names.length));
  const each = names.reduce((sum, { size }) => sum + size, 0) / LAYERS;
  const layers: string[][] = [];
  let bytes = 0;
  for (const { name, size } of names) {
    if (layers.length === 0 || bytes > each * layers.length) layers.push([]);
    bytes += size;
    layers.at(-1)?.push(name);
  }
  return layers;
}

function take(roots: string[], bytes: number, entries: number): { name: string; size: number }[] {
  const found = must(["find", ...roots, "-xdev", "-printf", "%p\\0%y\\0%s\\0"])
    .toString()
    .split("\0");
  const taken: { name: string; size: number }[] = [];
  let sum = 0;
  for (let at = 0; at + 2 < found.length; at += 3) {
    const [path = "", type, length] = found.slice(at, at + 3);
    const size = type === "f" ? Number(length) : 0;
    if (size > LARGEST || !/^[ -~]+$/.test(path)) continue;
    sum += size;
    if (sum > bytes || taken.length >= entries) break;
    taken.push({ name: path.slice(1), size });
  }
  return taken;
}

/** Whiteouts for a hundred names of /usr/include, which the first layer has. */
function addWhiteouts(work: string, tar: string, names: readonly string[]): void {
  if (names.some((name) => name.startsWith("usr/include/"))) return;
  const root = `${work}/whiteouts`;
  mkdirSync(`${root}/usr/include`, { recursive: true });
  for (const name of must(["ls", "/usr/include"]).toString().trim().split("\n").slice(0, 100)) {
    writeFileSync(`${root}/usr/include/.wh.${name}`, "");
  }
  must(["tar", "-C", root, "-rf", tar, "usr/include"]);
  rmSync(root, { recursive: true });
}
