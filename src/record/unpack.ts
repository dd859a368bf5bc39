/** The kernel side as the build wrote it, in bytes again. */

import type { KernelObject } from "./generated/object.d.ts";

export interface Loader {
  readonly data: Uint8Array;
  readonly instructions: Uint8Array;
}

/** The loader program's data and instructions. */
export function unpack(object: KernelObject): Loader {
  const text = object.bytes;
  const bytes = new Uint8Array(object.data + object.instructions);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return { data: bytes.slice(0, object.data), instructions: bytes.slice(object.data) };
}
