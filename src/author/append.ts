/**
 * Makes an executable of the host program and a pack of bytecode: the pack stands at the end of the file, and where it does is
 * written into the marker that native/pack.c looks at.
 */

const MARKER = "hookwright:appended-pack";
const PAGE = 65536; // the largest page of any machine that may map the file

/** The bytes of the new executable. Throws an Error for a file that is no host program, or has something appended already. */
export function append(host: Uint8Array, pack: Uint8Array): Uint8Array {
  const bytes = Buffer.from(host.buffer, host.byteOffset, host.byteLength);
  const marker = bytes.indexOf(MARKER);
  if (marker < 0 || bytes.indexOf(MARKER, marker + 1) >= 0) throw new Error("not a host program");
  const place = marker + MARKER.length;
  if (bytes.readBigUInt64LE(place + 8) !== 0n) throw new Error("a program with something appended already");
  const offset = Math.ceil(bytes.length / PAGE) * PAGE;
  const whole = Buffer.alloc(offset + pack.length);
  bytes.copy(whole);
  whole.set(pack, offset);
  whole.writeBigUInt64LE(BigInt(offset), place);
  whole.writeBigUInt64LE(BigInt(pack.length), place + 8);
  return whole;
}
