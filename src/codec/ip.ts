/** Addresses of IPv4 and IPv6, and networks of them: text to bytes and back. What is not quite right is no address. */

export interface Network {
  readonly address: Uint8Array;
  /** Bits of the network's part. */
  readonly prefix: number;
}

/** Four bytes, or sixteen; undefined for what is none. */
export function parseIp(text: string): Uint8Array | undefined {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

/** `10.0.0.0/8`: bytes and bits of the network's part; undefined for what is none. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf("/");
  const address = slash < 0 ? undefined : parseIp(text.slice(0, slash));
  const prefix = slash < 0 ? undefined : whole(text.slice(slash + 1), 128);
  if (address === undefined || prefix === undefined || prefix > address.length * 8) return undefined;
  return { address, prefix };
}

/** The way in which RFC 5952 writes it: lower case, the longest run of zeros as `::`. */
export function ipText(address: Uint8Array): string {
  if (address.length === 4) return [...address].join(".");
  const groups: number[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(((address[i] ?? 0) << 8) | (address[i + 1] ?? 0));
  const [start, length] = longestZeros(groups);
  const words = groups.map((group) => group.toString(16));
  if (length < 2) return words.join(":");
  return `${words.slice(0, start).join(":")}::${words.slice(start + length).join(":")}`;
}

function parseV4(text: string): Uint8Array | undefined {
  const numbers = text.split(".").map((word) => whole(word, 255));
  if (numbers.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (const [i, number] of numbers.entries()) {
    if (number === undefined) return undefined;
    bytes[i] = number;
  }
  return bytes;
}

function parseV6(text: string): Uint8Array | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const bytes = new Uint8Array(16);
  for (const [words, from] of [
    [head, 0],
    [tail, 8 - tail.length],
  ] as const) {
    for (const [i, word] of words.entries()) {
      const group = hex(word);
      if (group === undefined) return undefined;
      bytes[(from + i) * 2] = group >> 8;
      bytes[(from + i) * 2 + 1] = group & 0xff;
    }
  }
  return bytes;
}

function longestZeros(groups: readonly number[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  let start = 0;
  for (let i = 0; i <= groups.length; i++) {
    if (groups[i] === 0) continue;
    if (i - start > best[1]) best = [start, i - start];
    start = i + 1;
  }
  return best;
}

function hex(word: string): number | undefined {
  if (word === "" || word.length > 4) return undefined;
  for (const letter of word.toLowerCase()) if (!"0123456789abcdef".includes(letter)) return undefined;
  return Number.parseInt(word, 16);
}

/** A decimal number without a sign or a zero in front, up to `most`. */
function whole(word: string, most: number): number | undefined {
  const number = Number(word);
  return word === String(number) && Number.isInteger(number) && number >= 0 && number <= most
    ? number
    : undefined;
}
