/**
 * Handing over to the real runtime: execve in this process, so exit status, signals, parent-death signal, LISTEN_PID,
 * descriptors, working directory, umask and limits are as if the wrapper had never been there. Arguments and environment
 * go on byte for byte; only argv[0] becomes the runtime's own path, and our own flag is left out.
 */

import { execve } from "../linux/exec.ts";
import { encode } from "../linux/primitive.ts";

/** How this program was called. */
export interface Invoked {
  /** argv[0] included; what is not UTF-8 is replaced, so this is for decisions only. */
  readonly argv: readonly string[];
  readonly env: readonly string[];
  /** The same as raw bytes, each word ended by a NUL. */
  readonly argvBytes: Uint8Array;
  readonly envBytes: Uint8Array;
}

/**
 * Runs `runtime`, an absolute path, with the words behind argv[0] except those at the indices `own`. Returns only by
 * throwing LinuxError.
 */
export function handOver(runtime: string, { argvBytes, envBytes }: Invoked, own: readonly number[]): never {
  return execve(runtime, argumentBlock(runtime, argvBytes, own), envBytes);
}

/** The argument block for the runtime. */
export function argumentBlock(runtime: string, argvBytes: Uint8Array, own: readonly number[]): Uint8Array {
  const words: Uint8Array[] = [encode(`${runtime}\0`)];
  let index = -1;
  let keptFrom = argvBytes.indexOf(0) + 1;
  let start = keptFrom;
  if (own.length > 0) {
    for (let end = argvBytes.indexOf(0, start); end >= 0; end = argvBytes.indexOf(0, start)) {
      index++;
      if (own.includes(index)) {
        words.push(argvBytes.subarray(keptFrom, start));
        keptFrom = end + 1;
      }
      start = end + 1;
    }
  }
  words.push(argvBytes.subarray(keptFrom));
  return join(words);
}

function join(words: readonly Uint8Array[]): Uint8Array {
  const block = new Uint8Array(words.reduce((length, word) => length + word.length, 0));
  let at = 0;
  for (const word of words) {
    block.set(word, at);
    at += word.length;
  }
  return block;
}
