/**
 * Reading an archive that comes in pieces of any size. The reader is pushed: it calls a visitor with each entry, then with
 * its content as views into what was pushed, so nothing is copied and memory does not grow with the archive.
 */

import { checksumHolds } from "./checksum.ts";
import { BLOCK, LONGEST_HEADER, paddingOf, type TarEntry } from "./entry.ts";
import { flagOf, isZero, readHeader, SPECIAL, sizeOf } from "./header.ts";
import { malformed } from "./malformed.ts";
import { applyRecords, mergeGlobal, type Records, readRecords } from "./pax-state.ts";
import {
  applySparseRecords,
  checkMap,
  hasMapInContent,
  MapReader,
  mapInRecords,
  type Run,
  realSizeInBlock,
  runsInBlock,
} from "./sparse.ts";

/** What the reader tells. For each entry: `entry`, then `data` and `hole` in the order of the file, then `end`. */
export interface TarVisitor {
  entry(entry: TarEntry): void;
  /** The next bytes of the content; the view holds only until this returns. */
  data(bytes: Uint8Array): void;
  /** The next `length` bytes of the content are zero, and not in the archive. */
  hole(length: number): void;
  /** The content is complete. */
  end(): void;
}

type Phase = "header" | "special" | "sparseBlock" | "sparseMap" | "content" | "padding" | "over";

const NOTHING: Records = new Map();

export class TarReader {
  readonly #visitor: TarVisitor;
  #phase: Phase = "header";
  /** A block of which the beginning came with one push and the rest comes with the next. */
  readonly #partial = new Uint8Array(BLOCK);
  #held = 0;
  /** Bytes of the archive that belong to the current phase, then to the padding behind. */
  #left = 0;
  #padding = 0;
  #zeroBlock = false;

  #special = new Uint8Array(0);
  #specialFlag = 0;
  #global: Records = new Map();
  #local: Records | undefined;
  #longName: Uint8Array | undefined;
  #longLink: Uint8Array | undefined;

  #entry: TarEntry | undefined;
  #runs: Run[] | undefined;
  #run = 0;
  #position = 0;
  #map: MapReader | undefined;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  /** Takes the next bytes of the archive. @throws Failure */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      switch (this.#phase) {
        case "over":
          return;
        case "content":
          at = this.#content(bytes, at);
          break;
        case "special":
          at = this.#collect(bytes, at);
          break;
        case "padding": {
          const count = Math.min(this.#left, bytes.length - at);
          this.#left -= count;
          at += count;
          if (this.#left === 0) this.#phase = "header";
          break;
        }
        default:
          at = this.#block(bytes, at);
      }
    }
  }

  /** Says that no more bytes come. An archive may lack its zero blocks, but no part of an entry. @throws Failure */
  finish(): void {
    if (this.#phase === "over") return;
    // Padding of the last entry is sometimes not written.
    if (this.#phase !== "padding" && (this.#phase !== "header" || this.#held > 0)) {
      throw malformed("it ends in the middle of an entry");
    }
    if (this.#local !== undefined || this.#longName !== undefined || this.#longLink !== undefined) {
      throw malformed("it ends after an extended header");
    }
  }

  /** A phase that reads whole blocks. */
  #block(bytes: Uint8Array, at: number): number {
    if (this.#held === 0 && bytes.length - at >= BLOCK) {
      this.#takeBlock(bytes, at);
      return at + BLOCK;
    }
    const count = Math.min(BLOCK - this.#held, bytes.length - at);
    this.#partial.set(bytes.subarray(at, at + count), this.#held);
    this.#held += count;
    if (this.#held === BLOCK) {
      this.#held = 0;
      this.#takeBlock(this.#partial, 0);
    }
    return at + count;
  }

  #takeBlock(block: Uint8Array, start: number): void {
    if (this.#phase === "header") this.#header(block, start);
    else if (this.#phase === "sparseBlock") this.#sparseBlock(block, start, false);
    else this.#sparseMap(block, start);
  }

  #header(block: Uint8Array, start: number): void {
    if (isZero(block, start)) {
      if (this.#zeroBlock) this.#phase = "over";
      this.#zeroBlock = true;
      return;
    }
    if (this.#zeroBlock) throw malformed("an entry follows a block of zeros");
    if (!checksumHolds(block, start)) throw malformed("the checksum of a header does not hold");
    const flag = flagOf(block, start);
    switch (flag) {
      case SPECIAL.paxLocal:
      case SPECIAL.paxGlobal:
      case SPECIAL.gnuLongName:
      case SPECIAL.gnuLongLink:
        this.#beginSpecial(flag, sizeOf(block, start));
        return;
    }
    const entry = readHeader(block, start);
    if (entry === undefined)
      throw malformed(`an entry has the unknown type ${JSON.stringify(String.fromCharCode(flag))}`);
    this.#beginEntry(entry, flag, block, start);
  }

  #beginSpecial(flag: number, size: number): void {
    if (size < 0 || size > LONGEST_HEADER) throw malformed("an extended header is too long");
    this.#specialFlag = flag;
    this.#special = new Uint8Array(size);
    this.#held = 0;
    this.#padding = paddingOf(size);
    this.#phase = "special";
    if (size === 0) this.#endSpecial();
  }

  #collect(bytes: Uint8Array, at: number): number {
    const count = Math.min(this.#special.length - this.#held, bytes.length - at);
    this.#special.set(bytes.subarray(at, at + count), this.#held);
    this.#held += count;
    if (this.#held === this.#special.length) this.#endSpecial();
    return at + count;
  }

  #endSpecial(): void {
    this.#held = 0;
    const bytes = this.#special;
    this.#special = new Uint8Array(0);
    if (this.#specialFlag === SPECIAL.paxGlobal) mergeGlobal(this.#global, readRecords(bytes));
    else if (this.#specialFlag === SPECIAL.paxLocal) this.#local = readRecords(bytes);
    else if (this.#specialFlag === SPECIAL.gnuLongName) this.#longName = untilNul(bytes);
    else this.#longLink = untilNul(bytes);
    this.#pad(this.#padding);
  }

  #beginEntry(entry: TarEntry, flag: number, block: Uint8Array, start: number): void {
    if (this.#longName !== undefined) entry.name = this.#longName;
    if (this.#longLink !== undefined) entry.link = this.#longLink;
    const records = this.#recordsHere();
    if (records.size > 0) applyRecords(entry, records);
    const stored = entry.size;
    if (stored < 0) throw malformed("an entry has a negative size");
    this.#entry = entry;
    this.#left = stored;
    this.#padding = paddingOf(stored);
    this.#position = 0;
    this.#run = 0;
    this.#runs = undefined;
    if (entry.type === "file") {
      if (flag === SPECIAL.gnuSparse) {
        entry.size = realSizeInBlock(block, start);
        delete entry.atime;
        delete entry.ctime;
        this.#runs = [];
        this.#sparseBlock(block, start, true);
        return;
      }
      if (hasMapInContent(records)) {
        applySparseRecords(entry, records);
        this.#map = new MapReader();
        this.#phase = "sparseMap";
        if (stored === 0) throw malformed("a sparse file has no map");
        return;
      }
      this.#runs = mapInRecords(records);
      if (this.#runs !== undefined) applySparseRecords(entry, records);
    }
    this.#beginContent();
  }

  #recordsHere(): Records {
    const local = this.#local;
    this.#local = undefined;
    this.#longName = undefined;
    this.#longLink = undefined;
    if (this.#global.size === 0) return local ?? NOTHING;
    return local === undefined ? this.#global : new Map([...this.#global, ...local]);
  }

  #sparseBlock(block: Uint8Array, start: number, first: boolean): void {
    const { runs, more } = runsInBlock(block, start, first);
    this.#runs?.push(...runs);
    if ((this.#runs?.length ?? 0) > LONGEST_HEADER) throw malformed("a sparse map is too long");
    this.#phase = "sparseBlock";
    if (!more) this.#beginContent();
  }

  #sparseMap(block: Uint8Array, start: number): void {
    if (this.#left < BLOCK) throw malformed("a sparse map is longer than its file");
    this.#left -= BLOCK;
    const runs = this.#map?.take(block, start);
    if (runs === undefined) return;
    this.#map = undefined;
    this.#runs = runs;
    this.#beginContent();
  }

  #beginContent(): void {
    const entry = this.#entry;
    if (entry === undefined) return;
    if (this.#runs !== undefined) checkMap(this.#runs, entry.size, this.#left);
    this.#visitor.entry(entry);
    this.#phase = "content";
    if (this.#left === 0) this.#endContent(entry.size);
  }

  #content(bytes: Uint8Array, at: number): number {
    const runs = this.#runs;
    let count = Math.min(this.#left, bytes.length - at);
    if (runs !== undefined) {
      let run = runs[this.#run];
      while (run !== undefined && this.#position >= run.offset + run.length) run = runs[++this.#run];
      if (run !== undefined) {
        this.#skipTo(run.offset);
        count = Math.min(count, run.offset + run.length - this.#position);
      }
    }
    this.#visitor.data(bytes.subarray(at, at + count));
    this.#position += count;
    this.#left -= count;
    if (this.#left === 0) this.#endContent(this.#entry?.size ?? 0);
    return at + count;
  }

  #skipTo(offset: number): void {
    if (offset <= this.#position) return;
    this.#visitor.hole(offset - this.#position);
    this.#position = offset;
  }

  #endContent(size: number): void {
    this.#skipTo(size);
    this.#entry = undefined;
    this.#runs = undefined;
    this.#visitor.end();
    this.#pad(this.#padding);
  }

  #pad(count: number): void {
    this.#left = count;
    this.#phase = count === 0 ? "header" : "padding";
  }
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const nul = bytes.indexOf(0);
  return nul < 0 ? bytes : bytes.slice(0, nul);
}
