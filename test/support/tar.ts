/** Archives in tests: entries with few words, whole archives made and read. */

import { bytesOfString } from "../../src/codec/byte-string.ts";
import type { TarEntry } from "../../src/codec/tar/entry.ts";
import { TarReader } from "../../src/codec/tar/read.ts";
import { TAR_END, tarHeader, tarPadding } from "../../src/codec/tar/write.ts";

/** An entry with its content, holes filled. */
export interface TarFile {
  entry: TarEntry;
  content: Uint8Array;
}

/** Reads a whole archive, fed in pieces of `piece` bytes. */
export function readAll(archive: Uint8Array, piece = archive.length): TarFile[] {
  const all: TarFile[] = [];
  let filled = 0;
  const reader = new TarReader({
    entry(entry) {
      all.push({ entry, content: new Uint8Array(entry.size) });
      filled = 0;
    },
    data(bytes) {
      all.at(-1)?.content.set(bytes, filled);
      filled += bytes.length;
    },
    hole(length) {
      filled += length;
    },
    end() {
      if (filled !== all.at(-1)?.entry.size) throw new Error(`${filled} bytes of content`);
    },
  });
  for (let at = 0; at < archive.length; at += piece) reader.push(archive.subarray(at, at + piece));
  reader.finish();
  return all;
}

/** An entry with the name (a byte string), a file of root's unless `change` says otherwise. */
export function entryOf(name: string, change: Partial<TarEntry> = {}): TarEntry {
  const nothing = new Uint8Array(0);
  return {
    type: "file",
    name: bytesOfString(name),
    link: nothing,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtime: { seconds: 0, nanoseconds: 0 },
    uname: nothing,
    gname: nothing,
    major: 0,
    minor: 0,
    xattrs: new Map(),
    ...change,
  };
}

/** The whole archive of some files. */
export function archiveOf(files: readonly TarFile[]): Uint8Array {
  const parts = files.flatMap(({ entry, content }) => [
    tarHeader(entry),
    content,
    tarPadding(content.length),
  ]);
  return Buffer.concat([...parts, TAR_END]);
}
