/** The inverse of an injection: our hook entries and mounts go, everything else stays where it is. */

import type { RuntimeConfig } from "../../spec/runtime-config.ts";
import { isOwnMount, type MountSources } from "./container-mounts.ts";
import type { ConfigMember } from "./edits.ts";
import { mountsOf } from "./facts.ts";
import { hookLists, setHooks } from "./hook-lists.ts";
import { type OwnEntry, ownEntry } from "./own-entry.ts";

/**
 * Takes out of `config` what injections of this installation (of any plan) put in as hooks and mounts. Edits stay: what
 * they replaced is not known any more. Entries for which `stays` says so are left as if they were foreign. Returns the members that changed. Throws the Failure `config_shape`.
 */
export function removeInjection(
  config: RuntimeConfig,
  place: MountSources & { root: string },
  stays: (own: OwnEntry) => boolean = () => false,
): ConfigMember[] {
  const changed: ConfigMember[] = [];
  for (const [stage, list] of hookLists(config)) {
    const foreign = list.filter((hook) => {
      const own = ownEntry(hook, place.root);
      return own === undefined || stays(own);
    });
    if (foreign.length === list.length) continue;
    setHooks(config, stage, foreign);
    if (!changed.includes("hooks")) changed.push("hooks");
  }
  const mounts = mountsOf(config);
  const others = mounts.filter((mount) => !isOwnMount(mount, place));
  if (others.length !== mounts.length) {
    if (others.length > 0) config.mounts = others;
    else delete config.mounts;
    changed.push("mounts");
  }
  return changed;
}
