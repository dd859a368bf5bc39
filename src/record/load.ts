/**
 * Putting the programs into the kernel. The build's loader program makes the maps, resolves where this kernel has its
 * fields, and loads the programs, by bpf(2) calls of its own: no library, no compiler, no headers. Everything is pinned
 * in a directory beside the final one, which is then renamed: the recorder is there as a whole or not at all.
 */

import { openTracepoint, pin, update } from "../linux/bpf.ts";
import { runLoader } from "../linux/bpf-loader.ts";
import { close } from "../linux/descriptor.ts";
import { mkdir, removeTree } from "../linux/directory.ts";
import { failedWith, LinuxError } from "../linux/error.ts";
import { rename } from "../linux/link.ts";
import { arch } from "../linux/primitive.ts";
import { randomBytes } from "../linux/random.ts";
import type { KernelObject } from "./generated/object.d.ts";
import { BOOK } from "./layout.ts";
import type { RecorderPlace } from "./place.ts";
import { refusal, requireBpffs } from "./refusal.ts";
import { unpack } from "./unpack.ts";

/** The kernel side for this architecture. */
export async function kernelSide(): Promise<KernelObject> {
  if (arch === "aarch64") return (await import("./generated/object-aarch64.js")).object;
  return (await import("./generated/object-x86_64.js")).object;
}

/** Maps and programs that are found again by their names. */
const PINNED_MAPS = ["slots", "namespaces", "tags", "arguments", "places", "book"];
const PINNED_PROGRAMS = ["leave", "signal", "capable"];
/** How often the kernel is asked to load. */
const TRIES = 5;
/** Programs that are attached as long as the recorder is there. */
const ALWAYS = ["enter", "fork", "exec"];

/**
 * Loads and attaches, for a caller that holds the lock; what lies half made at `place.pins` is taken away first.
 * `byInode`: the keys of namespaces are inode numbers. Throws a Failure that says why this machine cannot record.
 */
export function load(place: RecorderPlace, object: KernelObject, byInode: boolean): void {
  const draft = draftOf(place);
  try {
    requireBpffs(place);
    removeTree(draft);
    removeTree(place.pins);
    mkdir(draft, 0o700);
    try {
      tryFill(draft, object, byInode);
      rename(draft, place.pins);
    } catch (error) {
      removeTree(draft);
      throw error;
    }
  } catch (error) {
    if (error instanceof LinuxError) throw refusal(error);
    throw error;
  }
}

/** The verifier gives up with EAGAIN when a signal comes. */
function tryFill(directory: string, object: KernelObject, byInode: boolean): void {
  for (let tries = 1; ; tries++) {
    try {
      fill(directory, object, byInode);
      return;
    } catch (error) {
      if (tries === TRIES || !failedWith(error, "EAGAIN")) throw error;
    }
  }
}

function fill(directory: string, object: KernelObject, byInode: boolean): void {
  const constants = { map: object.maps.rodata ?? 0, content: new Uint32Array([byInode ? 1 : 0]) };
  const context = runLoader({ ...unpack(object), context: object.context }, [constants]);
  const open: number[] = [];
  const descriptor = (places: KernelObject["maps"], name: string) => {
    const at = places[name];
    if (at === undefined) throw new Error(`the kernel side has no ${name}`);
    return context.getInt32(at, true);
  };
  for (const places of [object.maps, object.programs])
    for (const name of Object.keys(places)) open.push(descriptor(places, name));
  try {
    startBook(descriptor(object.maps, "book"));
    for (const name of PINNED_MAPS) pin(descriptor(object.maps, name), `${directory}/${name}`);
    for (const name of PINNED_PROGRAMS) pin(descriptor(object.programs, name), `${directory}/${name}`);
    for (const name of ALWAYS) attach(descriptor(object.programs, name), `${directory}/link-${name}`);
  } finally {
    for (const fd of open) close(fd);
  }
}

/** Where pins are made before they are renamed. Without a dot, which a bpffs keeps for itself. */
function draftOf(place: RecorderPlace): string {
  return `${place.pins}-loading`;
}

/** Attaches a program and pins the link. */
export function attach(program: number, path: string, tracepoint?: string): void {
  const link = openTracepoint(program, tracepoint);
  try {
    pin(link, path);
  } finally {
    close(link);
  }
}

/** Generations begin anywhere, so that what somebody remembers of an earlier load matches nothing. */
function startBook(map: number): void {
  const book = new Uint8Array(BOOK.size);
  const view = new DataView(book.buffer);
  const random = new DataView(randomBytes(4).buffer).getUint32(0, true);
  view.setUint32(BOOK.nextGeneration, (random & 0x7fff_ffff) + 1, true);
  update(map, new Uint8Array(4), book);
}
