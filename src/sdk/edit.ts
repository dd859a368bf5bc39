/** Changing what a container will be, before the runtime reads of it: as the `edits` of a definition do, with values found now. */

import { write } from "../linux/write.ts";
import type { Capability } from "./define.ts";

const STDOUT = 1;

/** What may be changed so; each as in a definition's `edits`. */
export interface ContainerEdits {
  /** `NAME=value`, each in the place of a variable of that name. */
  readonly env?: readonly string[];
  /** Names of variables to remove. */
  readonly removeEnv?: readonly string[];
  readonly annotations?: { readonly [key: string]: string };
  /** A seccomp profile in the form of config.json, in the place of the container's. */
  readonly seccomp?: { readonly profile: { readonly [key: string]: unknown } };
}

/**
 * Any number of times; a later edit counts over an earlier one. All of them together are at most 256 KiB of JSON. They are made when
 * the hook has ended well, and not kept in its event.
 */
export type Edit = (edits: ContainerEdits) => void;

export const edit: Capability<Edit, "precreate"> = {
  name: "edit",
  stages: ["precreate"],
  because: "the runtime has read what the container shall be",
  open: () => (edits) => write(STDOUT, `${JSON.stringify(edits)}\n`),
};
