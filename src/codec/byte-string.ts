/**
 * Byte strings: bytes as text with one character (U+0000 to U+00FF) for each. File names need not be UTF-8, so they are
 * never decoded; as a byte string a name can be split, compared as memcmp does, and be the key of a Map.
 */

/** More arguments than this a call may not take. */
const PIECE = 4096;

/** The byte string of `bytes` from `start` up to `end`. */
export function byteString(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (end - start <= PIECE) {
    return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
  }
  let text = "";
  for (let at = start; at < end; at += PIECE) text += byteString(bytes, at, Math.min(end, at + PIECE));
  return text;
}

/** The bytes of a byte string; a character above U+00FF is a mistake of the caller, and loses its upper half. */
export function bytesOfString(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
