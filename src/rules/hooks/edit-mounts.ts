/** The edits of mounts, and where a mount stands among the others. */

import { componentsOf } from "../../codec/path.ts";
import type { Edits } from "../../spec/definition.ts";
import type { OciMount, RuntimeConfig } from "../../spec/runtime-config.ts";
import { mountsOf } from "./facts.ts";
import { same } from "./same.ts";

type Mount = NonNullable<Edits["mounts"]>[number];

/**
 * Puts each mount in place of those with its destination, then sorts all mounts by depth (stable), as CDI does, so that
 * none hides what is mounted below it. When every mount is there already, nothing is touched.
 */
export function editMounts(config: RuntimeConfig, edits: readonly Mount[]): boolean {
  let mounts = mountsOf(config);
  let changed = false;
  for (const edit of edits) {
    const mount = toOci(edit);
    const there = mounts.filter(({ destination }) => destination === mount.destination);
    if (there.length === 1 && same(there[0], mount)) continue;
    mounts = [...mounts.filter(({ destination }) => destination !== mount.destination), mount];
    changed = true;
  }
  if (!changed) return false;
  config.mounts = mounts.sort((a, b) => depth(a.destination) - depth(b.destination));
  return true;
}

/** The mount of config.json that an edit asks for. */
function toOci({ hostPath, containerPath, type, options }: Mount): OciMount {
  const mount: OciMount = { destination: containerPath };
  if (type !== undefined && type !== "") mount.type = type;
  mount.source = hostPath;
  if (options !== undefined) mount.options = [...options];
  return mount;
}

/** How many parts an absolute path has; 1 for the root itself, as Go counts the slashes of a cleaned path. */
function depth(path: string): number {
  return Math.max(1, componentsOf(path).length);
}

/** All mounts that edits of the definitions ask for, by destination. */
export function editMountsOf(definitions: readonly { edits?: Edits }[]): ReadonlyMap<string, Mount[]> {
  const found = new Map<string, Mount[]>();
  for (const { edits } of definitions) {
    for (const mount of edits?.mounts ?? []) {
      found.set(mount.containerPath, [...(found.get(mount.containerPath) ?? []), mount]);
    }
  }
  return found;
}

/** Whether a mount is just what one of the edits asks for. */
export function isEditOf(mount: OciMount, edits: ReadonlyMap<string, Mount[]>): boolean {
  return (edits.get(mount.destination) ?? []).some((edit) => same(toOci(edit), mount));
}
