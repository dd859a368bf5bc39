/** Layers in tests: archives made entry by entry, applied to a directory as an unpack does it. */

import { createHash } from "node:crypto";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { bytesOfString } from "../../src/codec/byte-string.ts";
import type { TarEntry, TarType } from "../../src/codec/tar/entry.ts";
import { primitive } from "../../src/host/bun.ts";
import { type ApplyOptions, applyLayers, type Layer } from "../../src/layer/apply.ts";
import type { Tree } from "../../src/layer/tree.ts";
import { bind } from "../../src/linux/primitive.ts";
import type { Compression } from "../../src/spec/image.ts";
import { archiveOf, entryOf, type TarFile } from "./tar.ts";

bind(primitive);

/** A regular file with text, or another kind of entry. Names are byte strings. */
export function file(
  name: string,
  content: string | Uint8Array = "",
  change: Partial<TarEntry> = {},
): TarFile {
  const bytes = typeof content === "string" ? bytesOfString(content) : content;
  return { entry: entryOf(name, { size: bytes.length, ...change }), content: bytes };
}

function other(type: TarType) {
  return (name: string, change: Partial<TarEntry> = {}): TarFile => ({
    entry: entryOf(name, { type, mode: 0o755, ...change }),
    content: new Uint8Array(0),
  });
}

export const directory = other("directory");
export const fifo = other("fifo");
export const device = (name: string, major: number, minor: number, change: Partial<TarEntry> = {}): TarFile =>
  other("characterDevice")(name, { major, minor, ...change });
export const symlink = (name: string, target: string, change: Partial<TarEntry> = {}): TarFile =>
  other("symbolicLink")(name, { link: bytesOfString(target), mode: 0o777, ...change });
export const hardLink = (name: string, target: string): TarFile =>
  other("hardLink")(name, { link: bytesOfString(target) });

/** A tar, compressed, as a layer that is ready to be applied. */
export interface TestLayer {
  readonly blob: Uint8Array;
  readonly compression: Compression;
  readonly digest: string;
  readonly size: number;
  readonly diffId: string;
}

export const digestOf = (bytes: Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** `lies` changes what is said of it. */
export function layerOf(
  content: readonly TarFile[] | Uint8Array,
  compression: Compression = "none",
  lies: Partial<TestLayer> = {},
): TestLayer {
  const tar = content instanceof Uint8Array ? content : archiveOf(content);
  const blob = compression === "gzip" ? gzipSync(tar) : compression === "zstd" ? zstdCompressSync(tar) : tar;
  return { blob, compression, digest: digestOf(blob), size: blob.length, diffId: digestOf(tar), ...lies };
}

const DEFAULTS: ApplyOptions = {
  mapping: { uidMappings: [], gidMappings: [], rootless: false },
  fresh: true,
  digest: true,
};

/** A directory of its own with an empty `rootfs` in it. */
export class Bench {
  readonly work: string;
  readonly rootfs: string;

  constructor(parent = "/tmp") {
    this.work = mkdtempSync(`${parent}/hookwright-test-`);
    this.rootfs = `${this.work}/rootfs`;
    mkdirSync(this.rootfs);
  }

  /** Applies layers to `rootfs`. A list of entries is a plain layer. */
  async apply(
    layers: readonly (readonly TarFile[] | TestLayer)[],
    options: Partial<ApplyOptions> = {},
  ): Promise<Tree> {
    const opened: Layer[] = [];
    const root = openSync(this.rootfs, "r");
    try {
      for (const [at, one] of layers.entries()) {
        const layer = "blob" in one ? one : layerOf(one);
        const path = `${this.work}/layer-${at}`;
        writeFileSync(path, layer.blob);
        const { digest, size, diffId, compression } = layer;
        opened.push({
          descriptor: { mediaType: "", digest, size },
          diffId,
          compression,
          fd: openSync(path, "r"),
        });
      }
      return await applyLayers(root, opened, { ...DEFAULTS, ...options });
    } finally {
      for (const { fd } of opened) closeSync(fd);
      closeSync(root);
    }
  }

  remove(): void {
    rmSync(this.work, { recursive: true, force: true });
  }
}

/** Runs `work` with a bench that is removed afterwards. */
export async function withBench<T>(work: (bench: Bench) => Promise<T>, parent?: string): Promise<T> {
  const bench = new Bench(parent);
  try {
    return await work(bench);
  } finally {
    bench.remove();
  }
}
