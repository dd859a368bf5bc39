/** Bytes that are checked against their descriptor while they pass: never more than its size, and its digest at the end. */

import { createHash } from "node:crypto";
import { Failure } from "../spec/failure.ts";
import type { Descriptor } from "../spec/image.ts";
import type { Bytes, Content } from "./medium.ts";

/** The same bytes; throws `Failure` `blob_size` or `blob_digest` that says `read DIGEST from WHERE: …`. */
export async function* verified(bytes: Bytes, descriptor: Descriptor, where: string): Bytes {
  const hash = createHash("sha256");
  let length = 0;
  for await (const chunk of bytes) {
    length += chunk.length;
    if (length > descriptor.size) throw wrongSize(descriptor, where, `more than ${descriptor.size}`);
    hash.update(chunk);
    yield chunk;
  }
  if (length < descriptor.size) throw wrongSize(descriptor, where, `${length}`);
  const digest = `sha256:${hash.digest("hex")}`;
  if (digest !== descriptor.digest) throw wrongDigest(descriptor.digest, where, digest);
}

/** Checks bytes that are at hand whole; throws as `verified` does. */
export function verify(bytes: Uint8Array, descriptor: Descriptor, where: string): Uint8Array {
  if (bytes.length !== descriptor.size) throw wrongSize(descriptor, where, `${bytes.length}`);
  const digest = digestOf(bytes);
  if (digest !== descriptor.digest) throw wrongDigest(descriptor.digest, where, digest);
  return bytes;
}

/** `sha256:…` of bytes. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Bytes with the descriptor that fits them. */
export function contentOf(bytes: Uint8Array, mediaType: string): Content {
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}

/** All bytes of a stream that is known to be short, since its descriptor's size was checked before. */
export async function gather(bytes: Bytes): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function wrongSize({ digest, size }: Descriptor, where: string, got: string): Failure {
  return new Failure("blob_size", `read ${digest} from ${where}: it has ${got} bytes, and not ${size}`, {
    hint: "what is there is damaged or forged; nothing of it was kept",
  });
}

function wrongDigest(digest: string, where: string, got: string): Failure {
  return new Failure("blob_digest", `read ${digest} from ${where}: its content is ${got}`, {
    hint: "what is there is damaged or forged; nothing of it was kept",
  });
}
