/**
 * HMAC-SHA256 (RFC 2104): what a record must carry that comes out of a container. The container's processes can read
 * neither the guard's environment nor its memory, so they can lose a record, but not forge one.
 */

import { sha256 } from "../linux/primitive.ts";

const BLOCK = 64;

/** 32 bytes over `message`, keyed with `key`. */
export function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(key.length > BLOCK ? sha256(key) : key);
  const inner = sha256(joined(block, 0x36, message));
  return sha256(joined(block, 0x5c, inner));
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

function joined(block: Uint8Array, mask: number, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BLOCK + rest.length);
  for (let at = 0; at < BLOCK; at++) bytes[at] = (block[at] ?? 0) ^ mask;
  bytes.set(rest, BLOCK);
  return bytes;
}
