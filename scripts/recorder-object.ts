#!/usr/bin/env bun
/**
 * Takes the loader program out of a light skeleton, which is a C header: `recorder-object.ts ARCH HEADER OUT`. Its data and
 * instructions are written as text, a character for each byte, and the places of descriptors in its context beside them.
 */

import { basename } from "node:path";

const [arch = "", header = "", out = ""] = process.argv.slice(2);
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

const data = bytesAfter(/opts(?:\.data = \(void \*\)|_data\[\][^"=]*=)/);
const instructions = bytesAfter(/opts(?:\.insns = \(void \*\)|_insn\[\][^"=]*=)/);
const maps = members("bpf_map_desc", "maps");
const programs = members("bpf_prog_desc", "progs");
const places = (names: string[], start: number, size: number) =>
  Object.fromEntries(names.map((name, i) => [name, start + i * size]));

const object = {
  side: `kernel side for ${arch}`,
  data: data.length,
  instructions: instructions.length,
  context: CONTEXT + maps.length * MAP + programs.length * PROGRAM,
  maps: places(maps, CONTEXT, MAP),
  programs: places(programs, CONTEXT + maps.length * MAP, PROGRAM),
  bytes: String.fromCharCode(...data) + String.fromCharCode(...instructions),
};
const source = `// Made by scripts/recorder from native/recorder.bpf.c.\nexport const object = ${JSON.stringify(object)};\n`;
await Bun.write(out, source);
console.error(`${basename(out)}: ${source.length} bytes for ${data.length + instructions.length}`);
