/**
 * What a walk learned of the hashes of files, to be kept for the next one. Only when something was learned is there anything
 * to write: an index of which every record still holds stays as it is.
 */

import { type FileState, HashIndexWriter, type IndexTime, type Known } from "../codec/hash-index.ts";

interface Learned {
  readonly path: string;
  readonly state: FileState;
  readonly sha256: Uint8Array;
  readonly attributes: boolean;
}

export class HashRecords {
  readonly #records: (Learned | Uint8Array)[] = [];
  #learned = 0;

  /** A file that was not read, because this is known of it. */
  keep({ record }: Known): void {
    this.#records.push(record);
  }

  /** A file that was read. */
  add(path: string, state: FileState, sha256: Uint8Array, attributes: boolean): void {
    this.#records.push({ path, state, sha256, attributes });
    this.#learned++;
  }

  get learned(): number {
    return this.#learned;
  }

  /** The records as an index of this time. */
  writer(time: IndexTime): HashIndexWriter {
    const writer = new HashIndexWriter(time);
    for (const one of this.#records) {
      if (one instanceof Uint8Array) writer.keep(one);
      else writer.add(one.path, one.state, one.sha256, one.attributes);
    }
    return writer;
  }
}
