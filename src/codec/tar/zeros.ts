/** The bytes of a hole, for who has to write or to hash them. */

const ZEROS = new Uint8Array(64 * 1024);

/** `length` zeros, in pieces. */
export function* zeros(length: number): Generator<Uint8Array> {
  for (let left = length; left > 0; left -= ZEROS.length) {
    yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
  }
}
