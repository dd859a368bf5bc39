/** Writing one blob: bytes go to a temporary file, and become a blob under the name of their digest when they are whole. */

import { hexOf } from "../../codec/hex.ts";
import { close } from "../../linux/descriptor.ts";
import { LinuxError } from "../../linux/error.ts";
import { SHA256_STATE, sha256 } from "../../linux/primitive.ts";
import { fstat } from "../../linux/stat.ts";
import { write } from "../../linux/write.ts";
import { Failure } from "../../spec/failure.ts";
import { hexOfDigest } from "./blob.ts";
import type { Temporary } from "./temporary.ts";

export interface Blob {
  /** `sha256:…` */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

export class BlobWriter {
  /** The file that is written to, for a worker that writes and hashes by itself. */
  readonly fd: number;
  readonly #temporary: Temporary;
  readonly #blobs: number;
  readonly #name: string;
  readonly #state = new Uint8Array(SHA256_STATE);
  #digest: Uint8Array | undefined;
  #open = true;

  constructor(temporary: Temporary, blobs: number) {
    const { fd, name } = temporary.create();
    this.fd = fd;
    this.#name = name;
    this.#temporary = temporary;
    this.#blobs = blobs;
  }

  /** Appends bytes that are hashed elsewhere. Throws `Failure` `blob_unwritable`. */
  append(bytes: Uint8Array): void {
    attempt(() => write(this.fd, bytes));
  }

  /** Appends bytes and takes them into the digest. All but the last piece must have a length that 64 divides. */
  write(bytes: Uint8Array): void {
    this.append(bytes);
    this.#digest = sha256(bytes, this.#state);
  }

  /**
   * Makes what was written a blob. `digest` is for content that was written to `fd` and hashed elsewhere. A blob that is
   * there already is replaced by the same content. Throws `Failure` `blob_unwritable`.
   */
  commit(digest = `sha256:${hexOf(this.#digest ?? sha256(new Uint8Array(0)))}`): Blob {
    const hex = hexOfDigest(digest);
    const { size } = fstat(this.fd);
    try {
      attempt(() => this.#temporary.place({ fd: this.fd, name: this.#name }, this.#blobs, hex));
    } catch (error) {
      this.abort();
      throw error;
    }
    this.#close();
    return { digest, size };
  }

  /** Throws away what was written; after `commit` it does nothing. */
  abort(): void {
    if (!this.#open) return;
    this.#close();
    this.#temporary.discard(this.#name);
  }

  #close(): void {
    this.#open = false;
    close(this.fd);
  }
}

function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("blob_unwritable", `put blob: ${error.message}`, {
      hint: "The layout is as it was before; mend the file system and try again.",
      cause: error,
    });
  }
}
