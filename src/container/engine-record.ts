/** Files that an engine keeps about its containers and images; what cannot be read is not there. */

import { readTextIfPossible } from "../linux/read.ts";

/** More than an engine with thousands of containers writes into one file. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** The text of such a file; null when it cannot be had. */
export function readEngineRecord(path: string): string | null {
  return readTextIfPossible(path, MAX_RECORD_BYTES);
}
