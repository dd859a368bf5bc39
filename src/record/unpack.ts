/** The kernel side as the build packed it: base64, then an LZ4 block. */

import type { PackedObject } from "./generated/object.d.ts";

export interface Loader {
  readonly data: Uint8Array;
  readonly instructions: Uint8Array;
}

/** The loader program's data and instructions. */
export function unpack(object: PackedObject): Loader {
  const bytes = unpackBlock(fromBase64(object.packed), object.data + object.instructions);
  return { data: bytes.slice(0, object.data), instructions: bytes.slice(object.data) };
}

function fromBase64(text: string): Uint8Array {
  const end = text.indexOf("=");
  const length = end < 0 ? text.length : end;
  const bytes = new Uint8Array((length * 3) >> 2);
  let at = 0;
  let held = 0;
  let bits = 0;
  for (let i = 0; i < length; i++) {
    held = ((held << 6) | digit(text.charCodeAt(i))) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
  }
  return bytes;
}

/** A–Z a–z 0–9 + / */
function digit(code: number): number {
  if (code >= 97) return code - 71;
  if (code >= 65) return code - 65;
  if (code >= 48) return code + 4;
  return code === 43 ? 62 : 63;
}

/** The LZ4 block format: a token, literals, the distance and length of a match; the last sequence has no match. */
function unpackBlock(block: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let from = 0;
  let to = 0;
  const next = () => block[from++] ?? 0;
  const lengthOf = (nibble: number) => {
    let length = nibble;
    if (nibble === 15) {
      let more: number;
      do {
        more = next();
        length += more;
      } while (more === 255);
    }
    return length;
  };
  while (from < block.length) {
    const token = next();
    const literals = lengthOf(token >> 4);
    out.set(block.subarray(from, from + literals), to);
    from += literals;
    to += literals;
    if (from >= block.length) break;
    const distance = next() | (next() << 8);
    const length = lengthOf(token & 15) + 4;
    // A match may overlap what it makes.
    if (distance >= length) out.copyWithin(to, to - distance, to - distance + length);
    else for (let i = 0; i < length; i++) out[to + i] = out[to + i - distance] ?? 0;
    to += length;
  }
  return out;
}
