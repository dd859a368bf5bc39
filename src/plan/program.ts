/** What a hook's program is: its digest, and whether the kernel starts it alone, with a loader or with an interpreter. */

import { createHash } from "node:crypto";
import type { Hex } from "../spec/plan.ts";

export interface Program {
  readonly kind: "static" | "dynamic" | "script" | "other";
  readonly digest: Hex;
  /** The loader of a dynamic executable. */
  readonly loader?: string;
  /** Of a script: the words of its `#!` line. */
  readonly interpreter?: { readonly path: string; readonly args: string[] };
}

const PT_INTERP = 3;
/** The kernel looks no further for the end of a `#!` line. */
const LINE = 255;

/** Judges a program by its bytes. */
export function programOf(bytes: Uint8Array): Program {
  const digest = createHash("sha256").update(bytes).digest("hex");
  if (bytes[0] === 0x23 && bytes[1] === 0x21)
    return { kind: "script", digest, interpreter: interpreterOf(bytes) };
  if (bytes[0] !== 0x7f || bytes[1] !== 0x45 || bytes[2] !== 0x4c || bytes[3] !== 0x46)
    return { kind: "other", digest };
  const loader = loaderOf(bytes);
  return loader === undefined ? { kind: "static", digest } : { kind: "dynamic", digest, loader };
}

/** As the kernel splits it: a path, and at most one argument, which is all that follows. */
function interpreterOf(bytes: Uint8Array): { path: string; args: string[] } {
  const line = new TextDecoder().decode(bytes.subarray(2, LINE)).split("\n", 1)[0] ?? "";
  const words = line.replace(/^[ \t]+|[ \t\r]+$/g, "");
  const space = words.search(/[ \t]/);
  if (space < 0) return { path: words, args: [] };
  return { path: words.slice(0, space), args: [words.slice(space).replace(/^[ \t]+/, "")] };
}

/** The PT_INTERP of a 64-bit little-endian ELF file; undefined when it has none, or is cut short. */
function loaderOf(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 64) return undefined;
  const table = view.getUint32(32, true);
  const size = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  for (let i = 0; i < count; i++) {
    const at = table + i * size;
    if (size < 56 || at + size > bytes.length) return undefined;
    if (view.getUint32(at, true) !== PT_INTERP) continue;
    const start = view.getUint32(at + 8, true);
    const length = view.getUint32(at + 32, true);
    return new TextDecoder().decode(bytes.subarray(start, start + length)).replace(/\0+$/, "");
  }
  return undefined;
}
