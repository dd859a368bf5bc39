/** How much an image may unpack to. Without limits only the disk ends it, as with tar. */

import { Failure } from "../spec/failure.ts";

export interface Limits {
  /** Bytes of content in all, holes included. */
  readonly maxSize?: number | undefined;
  /** Entries of all layers. */
  readonly maxEntries?: number | undefined;
  /** How many times larger than its blob a layer's tar may be. */
  readonly maxRatio?: number | undefined;
  /** Leave device nodes out. */
  readonly noDevices?: boolean | undefined;
  /** Take set-user-ID and set-group-ID bits away from files. */
  readonly stripSetuid?: boolean | undefined;
}

/** A ratio says little before so many bytes have come: a few kilobytes of zeros shrink a thousand times. */
const RATIO_FROM = 1024 * 1024;

/** Counts against the limits. */
export class Meter {
  readonly limits: Limits;
  entries = 0;
  size = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Counts an entry whose content has `size` bytes. @throws Failure */
  entry(size: number): void {
    this.entries++;
    this.size += size;
    const { maxEntries, maxSize } = this.limits;
    if (maxEntries !== undefined && this.entries > maxEntries) {
      throw exceeded(`it has more than ${maxEntries} entries`, "--max-entries");
    }
    if (maxSize !== undefined && this.size > maxSize) {
      throw exceeded(`its files hold more than ${maxSize} bytes`, "--max-size");
    }
  }

  /** Says that a layer has given `plain` bytes so far, of a blob of `size`. @throws Failure */
  stream(plain: number, size: number): void {
    const { maxRatio } = this.limits;
    if (maxRatio !== undefined && plain > RATIO_FROM && plain > maxRatio * size) {
      throw exceeded(`a layer is more than ${maxRatio} times larger than its blob`, "--max-ratio");
    }
  }
}

function exceeded(what: string, flag: string): Failure {
  return new Failure("limit_exceeded", `limit of the image: ${what}`, {
    hint: `If you trust the image, unpack it with a higher ${flag}.`,
  });
}
