/** What the recorder can be asked for, and how what it saw is to be read. */

/** The calling conventions of which the recorder keeps bitmaps. */
export type Abi = "x86_64" | "i386" | "x32" | "aarch64";

/**
 * Where a recording began, which says how exact it is.
 * - `permissive`: under a filter that allows everything, put in place of the container's own: exactly what is needed.
 * - `own-profile`: under the container's own filter: what it used, and what was refused.
 * - `exec`: without a filter, from the container's first exec; the runtime's needs come from the measured table.
 * - `attach`: a container that was already running; what it did before is not in here.
 */
export type Boundary = "permissive" | "own-profile" | "exec" | "attach";

/** What can be recorded besides the system calls themselves; each costs something, so each is asked for. */
export interface RecordOptions {
  refused?: boolean;
  arguments?: boolean;
  capabilities?: boolean;
  files?: boolean;
  addresses?: boolean;
}
