/** Packing for what the host program carries and seldom needs: the format that costs least to unpack. */

const LEAST = 4;
/** The farthest match. */
const FARTHEST = 65535;
/** How many places with the same four bytes are tried. */
const TRIED = 256;

interface Match {
  length: number;
  distance: number;
}

/** An LZ4 block (lz4_Block_format.md); of the matches at a place, and at the next one, the longest is taken. */
export function packBlock(input: Uint8Array): Uint8Array {
  const packed: number[] = [];
  const places = new Map<number, number[]>();
  const view = new DataView(input.buffer, input.byteOffset, input.length);

  const note = (at: number) => {
    if (at + LEAST > input.length) return;
    const key = view.getUint32(at);
    const list = places.get(key);
    if (list === undefined) places.set(key, [at]);
    else list.push(at);
  };
  const longest = (at: number): Match => {
    let best: Match = { length: 0, distance: 0 };
    const list = at + LEAST > input.length ? undefined : places.get(view.getUint32(at));
    for (let i = (list?.length ?? 0) - 1, tries = TRIED; i >= 0 && tries > 0; i--, tries--) {
      const from = list?.[i] ?? 0;
      if (at - from > FARTHEST) break;
      let length = LEAST;
      while (at + length < input.length && input[from + length] === input[at + length]) length++;
      if (length > best.length) best = { length, distance: at - from };
    }
    return best;
  };
  const more = (length: number) => {
    let rest = length - 15;
    for (; rest >= 255; rest -= 255) packed.push(255);
    packed.push(rest);
  };
  const emit = (start: number, end: number, { length, distance }: Match) => {
    const plain = end - start;
    packed.push((Math.min(plain, 15) << 4) | (length === 0 ? 0 : Math.min(length - LEAST, 15)));
    if (plain >= 15) more(plain);
    for (let i = start; i < end; i++) packed.push(input[i] ?? 0);
    if (length === 0) return;
    packed.push(distance & 255, distance >> 8);
    if (length - LEAST >= 15) more(length - LEAST);
  };

  let literals = 0;
  for (let at = 0; at < input.length; ) {
    const match = longest(at);
    note(at);
    if (match.length === 0 || longest(at + 1).length > match.length + 1) {
      at++;
      continue;
    }
    emit(literals, at, match);
    for (let i = at + 1; i < at + match.length; i++) note(i);
    at += match.length;
    literals = at;
  }
  emit(literals, input.length, { length: 0, distance: 0 });
  return new Uint8Array(packed);
}
