/** Starting the threads of a layer's work: their entries lie beside this file, or inside the compiled program. */

/** Below src/ for the sources, and in the program's own file system for what `bun build --compile` made of them (Makefile). */
const COMPILED = import.meta.url.includes("/$bunfs/");

/** Starts the module `path` (from this directory, such as `compress/worker.ts`) in a thread. */
export function startThread(path: string): Worker {
  return new Worker(COMPILED ? `./layer/${path}` : new URL(path, import.meta.url));
}
