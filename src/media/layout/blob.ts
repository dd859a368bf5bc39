/** Reading blobs: what is read has the size and the digest that the descriptor gives, or it is an error. */

import { hexOf } from "../../codec/hex.ts";
import { close } from "../../linux/descriptor.ts";
import { LinuxError } from "../../linux/error.ts";
import { sha256 } from "../../linux/primitive.ts";
import { read } from "../../linux/read.ts";
import { Failure } from "../../spec/failure.ts";
import type { Descriptor } from "../../spec/image.ts";
import { BLOBS, openFile } from "./directory.ts";

/** Larger documents than this are refused before they are read. */
const DOCUMENT_LIMIT = 32 * 1024 * 1024;

/** The path of a blob below the layout. Throws `Failure` `digest_unsupported` for all but a well-formed sha256 digest. */
export function blobPath(digest: string): string {
  return `${BLOBS}/${hexOfDigest(digest)}`;
}

/** The hexadecimal part of a digest. */
export function hexOfDigest(digest: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest.slice("sha256:".length);
  throw new Failure("digest_unsupported", `find blob ${digest}: unsupported algorithm or malformed digest`, {
    hint: "Only sha256 digests are understood: sha256: and 64 lower-case hexadecimal digits.",
  });
}

/** A descriptor on a blob whose file has the right size; the caller reads it, checks the digest, and closes it. */
export function openBlob(dir: number, descriptor: Descriptor): number {
  const { fd, size } = find(dir, descriptor);
  if (size === descriptor.size) return fd;
  close(fd);
  throw sizeMismatch(descriptor, size);
}

/** The bytes of a small blob, verified. */
export function readBlob(dir: number, descriptor: Descriptor): Uint8Array {
  const { digest, size } = descriptor;
  if (size > DOCUMENT_LIMIT) {
    throw new Failure("blob_too_large", `read blob ${digest}: ${size} bytes are more than a document has`, {
      hint: `At most ${DOCUMENT_LIMIT} bytes are read into memory.`,
    });
  }
  const bytes = embedded(descriptor) ?? readVerbatim(dir, descriptor);
  const found = `sha256:${hexOf(sha256(bytes.subarray(0, size)))}`;
  if (found !== digest) {
    throw new Failure(
      "blob_digest",
      `read blob: expected ${digest} not ${found}: verified reader digest mismatch`,
      {
        hint: "The blob is damaged; get the image again.",
      },
    );
  }
  if (bytes.length !== size) throw sizeMismatch(descriptor, bytes.length);
  return bytes;
}

function readVerbatim(dir: number, descriptor: Descriptor): Uint8Array {
  const { fd } = find(dir, descriptor);
  try {
    // One byte more than there should be tells that there are more.
    const bytes = new Uint8Array(descriptor.size + 1);
    let filled = 0;
    for (let count = -1; count !== 0 && filled < bytes.length; filled += count) {
      count = read(fd, bytes.subarray(filled));
    }
    return bytes.subarray(0, filled);
  } catch (error) {
    throw unreadable(descriptor, error);
  } finally {
    close(fd);
  }
}

/** The content that the descriptor brings with it (descriptor.md, `data`). */
function embedded({ data }: Descriptor): Uint8Array | undefined {
  return data === undefined ? undefined : new Uint8Array(Buffer.from(data, "base64"));
}

function find(dir: number, descriptor: Descriptor): { fd: number; size: number } {
  const path = blobPath(descriptor.digest);
  try {
    const { fd, stat } = openFile(dir, path);
    return { fd, size: stat.size };
  } catch (error) {
    throw unreadable(descriptor, error);
  }
}

function unreadable({ digest }: Descriptor, error: unknown): unknown {
  if (!(error instanceof LinuxError)) return error;
  const missing = error.code === "ENOENT";
  return new Failure(missing ? "blob_missing" : "blob_unreadable", `open blob ${digest}: ${error.message}`, {
    hint: missing
      ? "The layout is incomplete; get the image again."
      : "A blob is a regular file in blobs/sha256 that you may read.",
    cause: error,
  });
}

function sizeMismatch({ digest, size }: Descriptor, found: number): Failure {
  const extra = found > size ? " (extra bytes in stream)" : "";
  return new Failure(
    "blob_size",
    `read blob ${digest}: expected ${size} bytes${extra}: verified reader size mismatch`,
    { hint: "The blob is damaged; get the image again." },
  );
}
