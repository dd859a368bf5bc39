/**
 * A tar file as a set of named contents: read at any place without unpacking it, and written in one pass, under a temporary
 * name until it is whole. Links inside it are followed inside it; nothing in it is a path of the machine.
 */

import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from "node:fs";
import { componentsOf } from "../codec/path.ts";
import { checksumHolds } from "../codec/tar/checksum.ts";
import { BLOCK, emptyFile, LONGEST_HEADER, type TarEntry } from "../codec/tar/entry.ts";
import { flagOf, isZero, readHeader, SPECIAL, sizeOf } from "../codec/tar/header.ts";
import { applyRecords, type Records, readRecords } from "../codec/tar/pax-state.ts";
import { TAR_END, tarHeader, tarPadding } from "../codec/tar/write.ts";
import { randomHex } from "../linux/random.ts";
import { Failure } from "../spec/failure.ts";
import type { Bytes } from "./medium.ts";

const PIECE = 1024 * 1024;
const MOST_FILES = 100_000;
const MOST_LINKS = 16;
/** What eleven octal digits hold. */
const LARGEST = 8 ** 11 - 1;

type Place = { readonly at: number; readonly size: number } | { readonly link: string };

/** An archive that is read. */
export class ArchiveReader {
  readonly path: string;
  private readonly fd: number;
  private readonly files: Map<string, Place>;

  /** Reads all headers. Throws `Failure` `archive_unreadable`, `archive_compressed`, `tar_malformed`. */
  constructor(path: string) {
    this.path = path;
    try {
      this.fd = openSync(path, "r");
    } catch (error) {
      throw unreadable(path, error);
    }
    try {
      this.files = headersOf(this.fd, path);
    } catch (error) {
      closeSync(this.fd);
      throw error;
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  /** Bytes of a content; undefined when there is none of that name. */
  sizeOf(name: string): number | undefined {
    return this.find(name)?.size;
  }

  /** A short content whole. Throws `Failure` `archive_incomplete`, `blob_too_large`. */
  read(name: string, limit: number): Uint8Array {
    const { at, size } = this.require(name);
    if (size > limit) {
      throw new Failure("blob_too_large", `read ${name} in ${this.path}: it has ${size} bytes`, {
        hint: "it is no archive of an image",
      });
    }
    return readAt(this.fd, at, size, this.path);
  }

  async *stream(name: string): Bytes {
    const { at, size } = this.require(name);
    for (let done = 0; done < size; done += PIECE) {
      yield readAt(this.fd, at + done, Math.min(PIECE, size - done), this.path);
    }
  }

  private require(name: string): { at: number; size: number } {
    const found = this.find(name);
    if (found !== undefined) return found;
    throw new Failure("archive_incomplete", `read ${this.path}: it has no ${name}`, {
      hint: "it is no archive of an image, or was cut; make it again",
    });
  }

  private find(name: string): { at: number; size: number } | undefined {
    let path = normalName(name);
    for (let links = 0; links < MOST_LINKS; links++) {
      const place = this.files.get(path);
      if (place === undefined || "at" in place) return place;
      path = normalName(place.link);
    }
    return undefined;
  }
}

/** An archive that is written. */
export class ArchiveWriter {
  readonly path: string;
  private readonly temporary: string;
  private readonly fd: number;
  private at = 0;
  private open = true;
  private turn: Promise<void> = Promise.resolve();

  /** Throws `Failure` `archive_unwritable`. */
  constructor(path: string) {
    this.path = path;
    const slash = path.lastIndexOf("/") + 1;
    this.temporary = `${path.slice(0, slash)}.${path.slice(slash)}.${randomHex(6)}`;
    try {
      this.fd = openSync(this.temporary, "wx", 0o666);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /** Appends a content; its length is counted when `size` is not known. Several wait for each other. */
  add(name: string, bytes: Bytes, size?: number): Promise<void> {
    const done = this.turn.then(() => this.append(name, bytes, size));
    this.turn = done.catch(() => {});
    return done;
  }

  /** As `add`, of bytes at hand. */
  addBytes(name: string, bytes: Uint8Array): Promise<void> {
    return this.add(
      name,
      (async function* () {
        yield bytes;
      })(),
      bytes.length,
    );
  }

  /** Ends the archive and gives it its name; `close` before that leaves what was there before. */
  async finish(): Promise<void> {
    await this.turn;
    this.write(TAR_END);
    fsyncSync(this.fd);
    renameSync(this.temporary, this.path);
    this.open = false;
    closeSync(this.fd);
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    closeSync(this.fd);
    rmSync(this.temporary, { force: true });
  }

  private async append(name: string, bytes: Bytes, size: number | undefined): Promise<void> {
    const head = this.at;
    this.write(headerOf(name, size ?? 0));
    let length = 0;
    for await (const chunk of bytes) {
      this.write(chunk);
      length += chunk.length;
    }
    if (size === undefined) {
      if (length > LARGEST) throw tooLarge(this.path, name);
      const header = headerOf(name, length);
      writeSync(this.fd, header, 0, header.length, head);
    }
    this.write(tarPadding(length));
  }

  private write(bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; ) {
        const count = writeSync(this.fd, bytes, done, bytes.length - done, this.at);
        done += count;
        this.at += count;
      }
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }
}

function headerOf(name: string, size: number): Uint8Array {
  return tarHeader({ ...emptyFile(new TextEncoder().encode(name)), mode: 0o644, size });
}

function headersOf(fd: number, path: string): Map<string, Place> {
  const files = new Map<string, Place>();
  let records: Records | undefined;
  for (let at = 0; ; ) {
    const block = readAt(fd, at, BLOCK, path);
    if (at === 0) refuseCompressed(block, path);
    if (isZero(block, 0)) return files;
    if (!checksumHolds(block)) throw malformed(path, `the header at byte ${at} is damaged`);
    const flag = flagOf(block, 0);
    let size = sizeOf(block, 0);
    const entry = readHeader(block, 0);
    at += BLOCK;
    if (flag === SPECIAL.paxLocal || flag === SPECIAL.paxGlobal) {
      if (size > LONGEST_HEADER) throw malformed(path, "an extended header is too long");
      if (flag === SPECIAL.paxLocal) records = readRecords(readAt(fd, at, size, path));
    } else if (entry === undefined) {
      throw malformed(path, `the file at byte ${at} is of a kind that no image archive has`);
    } else {
      if (records !== undefined) applyRecords(entry, records);
      records = undefined;
      size = entry.size;
      note(files, entry, at);
      if (files.size > MOST_FILES) throw malformed(path, "it has too many files");
    }
    at += Math.ceil(size / BLOCK) * BLOCK;
  }
}

function note(files: Map<string, Place>, entry: TarEntry, at: number): void {
  const name = new TextDecoder().decode(entry.name);
  const link = new TextDecoder().decode(entry.link);
  if (entry.type === "file") files.set(normalName(name), { at, size: entry.size });
  else if (entry.type === "hardLink") files.set(normalName(name), { link });
  else if (entry.type === "symbolicLink") files.set(normalName(name), { link: `${name}/../${link}` });
}

/** A name without `.`, `..` and double slashes, as if the archive were the whole world. */
function normalName(name: string): string {
  return componentsOf(name).join("/");
}

function readAt(fd: number, at: number, size: number, path: string): Uint8Array {
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    let count: number;
    try {
      count = readSync(fd, bytes, done, size - done, at + done);
    } catch (error) {
      throw unreadable(path, error);
    }
    if (count === 0) throw malformed(path, "it ends too early");
    done += count;
  }
  return bytes;
}

function refuseCompressed(block: Uint8Array, path: string): void {
  const gzip = block[0] === 0x1f && block[1] === 0x8b;
  const zstd = block[0] === 0x28 && block[1] === 0xb5 && block[2] === 0x2f && block[3] === 0xfd;
  if (!gzip && !zstd) return;
  throw new Failure("archive_compressed", `read ${path}: it is compressed as a whole`, {
    hint: `unpack it first: ${gzip ? "gunzip" : "unzstd"} ${path}`,
  });
}

function malformed(path: string, why: string): Failure {
  return new Failure("tar_malformed", `read ${path}: ${why}`, {
    hint: "it is no tar archive, or was cut; make it again",
  });
}

function tooLarge(path: string, name: string): Failure {
  return new Failure("archive_unwritable", `write ${path}: ${name} is larger than 8 GiB`, {
    hint: "use oci-archive:, which does not unpack the layers",
  });
}

function unreadable(path: string, cause: unknown): Failure {
  return new Failure("archive_unreadable", `read ${path}: ${(cause as Error).message}`, {
    hint: "give an archive that you may read",
    cause,
  });
}

function unwritable(path: string, cause: unknown): Failure {
  return new Failure("archive_unwritable", `write ${path}: ${(cause as Error).message}`, {
    hint: "what was there before is unchanged; make room or correct the permissions",
    cause,
  });
}
