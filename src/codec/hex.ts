/** Bytes as lower-case hex: how digests, keys and run ids are written. */

const DIGITS = "0123456789abcdef";
/** Ready in the heap image of the host program. */
const PAIRS = Array.from({ length: 256 }, (_, byte) => `${DIGITS[byte >> 4]}${DIGITS[byte & 15]}`);

export function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at++) text += PAIRS[bytes[at] ?? 0];
  return text;
}

/** The bytes of a hex text; undefined when it is not one. */
export function bytesOf(hex: string): Uint8Array | undefined {
  if (hex.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) {
    const high = DIGITS.indexOf(hex[at * 2] ?? "");
    const low = DIGITS.indexOf(hex[at * 2 + 1] ?? "");
    if (high < 0 || low < 0) return undefined;
    bytes[at] = high * 16 + low;
  }
  return bytes;
}
