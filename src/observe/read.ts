/**
 * Reads the event log as one stream of records: the rotated files, oldest first, then the live one. A reader remembers
 * where it stopped in each by device and inode, so `--follow` goes on across a rotation. The last line may be torn (a guard
 * writes at this moment, or the power went): it waits for its rest. A line that is no record is counted, never fatal.
 */

import { closeSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { HookEvent } from "../spec/event.ts";
import { Failure } from "../spec/failure.ts";
import { parseEvent, recoverEvent } from "./parse.ts";

const CHUNK = 256 * 1024;
/** A longer line was not written by a guard; it is given up. */
const LONGEST_LINE = 1024 * 1024;

interface OpenFile {
  fd: number;
  identity: string;
}

/** How far one file has been read. */
interface Place {
  offset: number;
  /** The start of a line whose end was not there yet. */
  torn: Uint8Array;
}

export class LogReader {
  readonly #path: string;
  #places = new Map<string, Place>();
  /** Lines that were no record. */
  bad = 0;

  /** `path` of the live file; rotated ones lie beside it as `<path>.<number>`, a higher number being older. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Records since the last call, in the order of the log. @throws Failure when the log cannot be read. */
  *next(): Generator<HookEvent> {
    const files = openFiles(this.#path);
    try {
      // A guard may still append to a file that was rotated under it, so all of them are looked at again.
      const places = new Map(files.map(({ fd, identity }) => [identity, this.#placeIn(fd, identity)]));
      this.#places = places;
      for (const { fd, identity } of files) {
        const place = places.get(identity);
        if (place !== undefined) yield* this.#rest(fd, place);
      }
    } finally {
      for (const file of files) closeSync(file.fd);
    }
  }

  #placeIn(fd: number, identity: string): Place {
    const place = this.#places.get(identity);
    // A shorter file is another one that was given the same inode.
    if (place !== undefined && fstatSync(fd).size >= place.offset) return place;
    return { offset: 0, torn: new Uint8Array(0) };
  }

  *#rest(fd: number, place: Place): Generator<HookEvent> {
    const chunk = new Uint8Array(CHUNK);
    for (;;) {
      const count = readSync(fd, chunk, 0, CHUNK, place.offset);
      if (count === 0) return;
      place.offset += count;
      let start = 0;
      for (let end = chunk.indexOf(0x0a); end >= 0 && end < count; end = chunk.indexOf(0x0a, start)) {
        const line = concat(place.torn, chunk.subarray(start, end));
        place.torn = new Uint8Array(0);
        start = end + 1;
        const event = parseEvent(line);
        if (event === undefined) this.bad += 1;
        const recovered = event ?? recoverEvent(line);
        if (recovered !== undefined) yield recovered;
      }
      place.torn = concat(place.torn, chunk.subarray(start, count));
      // A NUL begins no record, so the line is counted once, as bad, when its end comes.
      if (place.torn.length > LONGEST_LINE) place.torn = new Uint8Array(1);
    }
  }
}

/** Open log files, oldest first. The newest is opened first: a rotation meanwhile shows a file twice, never hides one. */
function openFiles(path: string): OpenFile[] {
  const files: OpenFile[] = [];
  for (const name of [path, ...rotatedNames(path)]) {
    const fd = openIfThere(name);
    if (fd === undefined) continue;
    const { dev, ino } = fstatSync(fd);
    const identity = `${dev}:${ino}`;
    if (files.some((file) => file.identity === identity)) closeSync(fd);
    else files.unshift({ fd, identity });
  }
  return files;
}

/** `events.jsonl.1`, `.2`, … newest first. */
function rotatedNames(path: string): string[] {
  const prefix = `${basename(path)}.`;
  return attempt(path, () => readdirSync(dirname(path)), [])
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .sort((a, b) => Number(a.slice(prefix.length)) - Number(b.slice(prefix.length)))
    .map((name) => join(dirname(path), name));
}

function openIfThere(path: string): number | undefined {
  return attempt(path, () => openSync(path, "r"), undefined);
}

function attempt<T>(path: string, work: () => T, absent: T): T {
  try {
    return work();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return absent;
    throw new Failure(
      "events_read",
      `read ${path}: ${error instanceof Error ? error.message : String(error)}`,
      {
        hint:
          code === "EACCES"
            ? "Run it as root: the log is readable by its owner only."
            : "Check the file and its disk.",
        cause: error,
      },
    );
  }
}

/** A copy, since the chunk is read into again. */
function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  const whole = new Uint8Array(left.length + right.length);
  whole.set(left);
  whole.set(right, left.length);
  return whole;
}
