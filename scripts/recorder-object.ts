#!/usr/bin/env bun
/**
 * Takes the loader program out of a light skeleton, which is a C header: `recorder-object.ts HEADER OUT`. Its data and
 * instructions are packed as an LZ4 block (an interpreter without a JIT unpacks them, and the file is a third of the
 * size), and the places of descriptors in its context are written beside them.
 */

import { basename } from "node:path";

const [header = "", out = ""] = process.argv.slice(2);
const text = await Bun.file(header).text();

/** sizeof(struct bpf_loader_ctx), struct bpf_map_desc and struct bpf_prog_desc of bpf/skel_internal.h. */
const CONTEXT = 24;
const MAP = 16;
const PROGRAM = 4;

/** The bytes of the C string that follows `start`. */
function bytesAfter(start: RegExp): number[] {
  const found = new RegExp(`${start.source}\\s*"((?:[^"\\\\]|\\\\[^"])*)"`).exec(text);
  if (found?.[1] === undefined) throw new Error(`${header}: has no ${start.source}`);
  const escapes = found[1].replaceAll("\\\n", "").match(/\\x[0-9a-f]{2}|\\0|[^\\]/g) ?? [];
  return escapes.map((one) =>
    one === "\\0" ? 0 : one.length === 1 ? one.charCodeAt(0) : Number.parseInt(one.slice(2), 16),
  );
}

/** Names in the order of the struct's members. */
function members(type: string, group: string): string[] {
  const body = new RegExp(`struct \\{((?:\\s*struct ${type} \\w+;)+)\\s*\\} ${group};`).exec(text)?.[1] ?? "";
  return [...body.matchAll(new RegExp(`struct ${type} (\\w+);`, "g"))].map(([, name = ""]) => name);
}

/** An LZ4 block: the nearest earlier match of four bytes or more, taken greedily. */
function pack(input: Uint8Array): Uint8Array {
  const packed: number[] = [];
  const last = new Map<number, number>();
  const key = (at: number) =>
    ((input[at] ?? 0) | ((input[at + 1] ?? 0) << 8) | ((input[at + 2] ?? 0) << 16)) +
    (input[at + 3] ?? 0) * 0x100_0000;
  const more = (length: number) => {
    let rest = length - 15;
    for (; rest >= 255; rest -= 255) packed.push(255);
    packed.push(rest);
  };
  let literals = 0;
  const emit = (end: number, distance: number, length: number) => {
    const plain = end - literals;
    packed.push((Math.min(plain, 15) << 4) | (length === 0 ? 0 : Math.min(length - 4, 15)));
    if (plain >= 15) more(plain);
    for (let i = literals; i < end; i++) packed.push(input[i] ?? 0);
    if (length === 0) return;
    packed.push(distance & 255, distance >> 8);
    if (length - 4 >= 15) more(length - 4);
  };
  for (let at = 0; at + 4 <= input.length; ) {
    const from = last.get(key(at));
    last.set(key(at), at);
    if (from === undefined || at - from > 65535) {
      at++;
      continue;
    }
    let length = 4;
    while (at + length < input.length && input[from + length] === input[at + length]) length++;
    emit(at, at - from, length);
    for (let i = at + 1; i < at + length && i + 4 <= input.length; i++) last.set(key(i), i);
    at += length;
    literals = at;
  }
  emit(input.length, 0, 0);
  return new Uint8Array(packed);
}

const data = bytesAfter(/opts(?:\.data = \(void \*\)|_data\[\][^"=]*=)/);
const instructions = bytesAfter(/opts(?:\.insns = \(void \*\)|_insn\[\][^"=]*=)/);
const maps = members("bpf_map_desc", "maps");
const programs = members("bpf_prog_desc", "progs");
const places = (names: string[], start: number, size: number) =>
  Object.fromEntries(names.map((name, i) => [name, start + i * size]));

const object = {
  data: data.length,
  instructions: instructions.length,
  context: CONTEXT + maps.length * MAP + programs.length * PROGRAM,
  maps: places(maps, CONTEXT, MAP),
  programs: places(programs, CONTEXT + maps.length * MAP, PROGRAM),
  packed: Buffer.from(pack(new Uint8Array([...data, ...instructions]))).toString("base64"),
};
const source = `// Made by scripts/recorder from native/recorder.bpf.c.\nexport const object = ${JSON.stringify(object)};\n`;
await Bun.write(out, source);
console.error(`${basename(out)}: ${source.length} bytes for ${data.length + instructions.length}`);
