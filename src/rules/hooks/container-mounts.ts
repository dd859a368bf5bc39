/**
 * startContainer hooks run inside the container, so the guard, the plan's entries, the hook programs and their pinned
 * interpreters are mounted there: file by file, read-only, all in one directory, and beside them the spool into which
 * the guard writes its records. Nothing else of the host is shown.
 */

import { componentsOf } from "../../codec/path.ts";
import { type Hex, isHex, type PlannedDefinition } from "../../spec/plan.ts";
import type { OciMount, RuntimeConfig } from "../../spec/runtime-config.ts";
import { mountsOf } from "./facts.ts";
import { baseName } from "./own-entry.ts";

/** Where an installation keeps what it mounts. */
export interface MountSources {
  storeDir: string;
  /** The container's own directory below the host's spools; its file `events` is mounted. */
  spoolHostDir: string;
}

const DIRECTORIES = ["/dev/hookwright", "/run/hookwright", "/.hookwright"] as const;

/**
 * The directory in the container: below a tmpfs where the engine mounts one, so that the mount points do not appear in
 * the image's own files; `/.hookwright` else.
 */
export function containerDirectory(config: RuntimeConfig): string {
  const [dev, run, other] = DIRECTORIES;
  if (isTmpfs(config, "dev")) return dev;
  return isTmpfs(config, "run") ? run : other;
}

/** What the hooks of `definitions` need in the container. Order: guard, then entry, hook, interpreter of each. */
export function containerMounts(
  directory: string,
  guard: Hex,
  definitions: readonly PlannedDefinition[],
  { storeDir, spoolHostDir }: MountSources,
): OciMount[] {
  const digests = new Set<Hex>([guard]);
  for (const { entry, hook, interpreter } of definitions) {
    for (const digest of [entry, hook, interpreter]) if (digest !== undefined) digests.add(digest);
  }
  const mounts: OciMount[] = [...digests].map((digest) => ({
    destination: `${directory}/${digest}`,
    type: "bind",
    source: `${storeDir}/${digest}`,
    options: ["bind", "ro", "nosuid", "nodev"],
  }));
  mounts.push({
    destination: `${directory}/spool`,
    type: "bind",
    source: `${spoolHostDir}/events`,
    options: ["bind", "rw", "nosuid", "nodev", "noexec"],
  });
  return mounts;
}

/** Whether an injection of this installation put the mount there. */
export function isOwnMount(
  { destination, source }: OciMount,
  { storeDir, spoolHostDir }: MountSources,
): boolean {
  if (typeof destination !== "string" || typeof source !== "string") return false;
  const name = baseName(destination);
  if (!DIRECTORIES.some((directory) => destination === `${directory}/${name}`)) return false;
  if (isHex(name)) return source === `${storeDir}/${name}`;
  if (name !== "spool" || !source.endsWith("/events")) return false;
  const spools = spoolHostDir.slice(0, spoolHostDir.lastIndexOf("/") + 1);
  const own = source.slice(0, -"/events".length);
  return own.startsWith(spools) && !own.slice(spools.length).includes("/");
}

function isTmpfs(config: RuntimeConfig, name: string): boolean {
  const mount = mountsOf(config).findLast(({ destination }) => componentsOf(destination).join("/") === name);
  return mount?.type === "tmpfs";
}
