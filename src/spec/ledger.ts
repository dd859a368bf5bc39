/**
 * The ledger: what hooks have done on the host, and how it is undone, since no runtime promises to come to poststop. A file for each
 * container and hook, `<state>/ledger/<container>/<entry>.<plan>`, has a line of JSON for each piece of work, which is on the disk
 * before the work is begun, and another one when it was undone. Its name says what undoes it: an entry of the store, under its plan.
 */

import { type Hex, isHex } from "./plan.ts";
import type { Roots } from "./roots.ts";
import type { Json } from "./runtime-config.ts";

/** By what a container's first process is known again, and where it was seen. */
export interface Life {
  /** Id of the machine's boot. */
  readonly boot: string;
  readonly pid: number;
  /** When the process started, clock ticks after the boot: pids come round again. */
  readonly started: number;
  /** Numbers of the namespaces of whoever wrote this: in another one a pid or a link of that name is somebody else. */
  readonly pidNamespace: number;
  readonly netNamespace: number;
}

/** Work that is to be undone. */
export interface Remembered {
  readonly v: 1;
  readonly container: { readonly id: string; readonly bundle: string };
  /** As the hook calls itself. */
  readonly hook: string;
  readonly life: Life;
  /** Name of one of the hook's undo actions, and what it is given. */
  readonly undo: string;
  readonly what: Json;
}

/** The work of that line, counted from 0, was undone. */
export interface Undone {
  readonly v: 1;
  readonly undone: number;
}

/** The guard's word, in the place of the way in which a hook came, for a run that undoes what is left. */
export const LEFT = "left";

/** `container` is the key that names all that is kept for it. */
export function ledgerPath({ ledger }: Roots, container: Hex, entry: Hex, plan: Hex): string {
  return `${ledger}/${container}/${entry}.${plan}`;
}

/** Entry and plan of a file's name; undefined for any other name. */
export function parseLedgerName(name: string): { entry: Hex; plan: Hex } | undefined {
  const [entry = "", plan = "", ...rest] = name.split(".");
  return isHex(entry) && isHex(plan) && rest.length === 0 ? { entry, plan } : undefined;
}
