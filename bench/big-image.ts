/**
 * The image that the images' chapter of the bench works on: about a gigabyte in 50,000 files and four gzip layers, of the files
 * that this machine has below /usr, with hard links and whiteouts. It is made once, into .cache.
 */

import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { MEDIA_TYPE } from "../src/spec/image.ts";
import { makeLayout, sha256Of } from "../test/support/layout.ts";

const MIB = 1024 * 1024;
const ENTRIES = 50_000;
const BYTES = 1000 * MIB;
/** A few large files would make the image another one. */
const LARGEST = 40 * MIB;
const LAYERS = 4;

/** Path of the layout; its tag is `big`. */
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
      run([
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
      run(["gzip", "-6", "-n", tar]);
      layers.push(layout.put(readFileSync(`${tar}.gz`), `${MEDIA_TYPE.layer}+gzip`));
      rmSync(`${tar}.gz`);
    }
    layout.tags({ big: layout.image({ rootfs: { type: "layers", diff_ids: diffIds } }, { layers }) });
    renameSync(`${work}/layout`, path);
  } finally {
    rmSync(work, { recursive: true });
  }
  return path;
}

/** Names below /usr, in order, until there is enough, for each layer as many bytes. */
function chosen(): string[][] {
  const words = ["find", "/usr/include", "/usr/lib/python3", "/usr/share", "/usr/bin", "/usr/lib", "-xdev"];
  const found = run([...words, "-print0"])
    .toString()
    .split("\0")
    .filter((name) => /^[ -~]+$/.test(name));
  const layers: string[][] = [[]];
  const seen = new Set<string>();
  let [bytes, entries] = [0, 0];
  for (const name of found) {
    const { size, mode } = lstatSync(name);
    const isFile = (mode & 0o170000) === 0o100000;
    if (seen.has(name) || (isFile && size > LARGEST)) continue;
    seen.add(name);
    if (isFile) bytes += size;
    if (++entries > ENTRIES || bytes > BYTES) break;
    if (bytes > (BYTES * layers.length) / LAYERS || entries > (ENTRIES * layers.length) / LAYERS)
      layers.push([]);
    layers.at(-1)?.push(name.slice(1));
  }
  return layers.filter((names) => names.length > 0);
}

/** Whiteouts for a hundred names of /usr/include, which the first layer has. */
function addWhiteouts(work: string, tar: string, names: readonly string[]): void {
  if (names.some((name) => name.startsWith("usr/include/"))) return;
  const root = `${work}/whiteouts`;
  mkdirSync(`${root}/usr/include`, { recursive: true });
  for (const name of run(["ls", "/usr/include"]).toString().trim().split("\n").slice(0, 100)) {
    writeFileSync(`${root}/usr/include/.wh.${name}`, "");
  }
  run(["tar", "-C", root, "-rf", tar, "usr/include"]);
  rmSync(root, { recursive: true });
}

function run(command: string[]): Buffer {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { maxBuffer: 100 * MIB });
  if (exitCode !== 0) throw new Error(`${command[0]}: ${stderr.toString()}`);
  return stdout;
}
