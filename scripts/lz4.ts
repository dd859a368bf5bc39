/** Packing for what the host program carries and seldom needs: the format that costs least to unpack. */

/** An LZ4 block (lz4_Block_format.md): the nearest earlier match of four bytes or more, taken greedily. */
export function packBlock(input: Uint8Array): Uint8Array {
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
