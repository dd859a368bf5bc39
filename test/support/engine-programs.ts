/**
 * Which engines are here: those of this machine's own Debian release are installed, those of the other one and of unstable are
 * in .cache (scripts/engines).
 */

import { existsSync, readFileSync } from "node:fs";

const CACHE = `${import.meta.dir}/../../.cache`;

export type Release = "bookworm" | "trixie" | "unstable";

/** Directories, as in PATH, that have the engines of a release; undefined where it was not fetched. */
export function programsOf(release: Release): string | undefined {
  if (/^VERSION_CODENAME=(.*)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] === release)
    return "/usr/sbin:/usr/bin";
  const directory = release === "unstable" ? `${CACHE}/engines-more` : `${CACHE}/engines/${release}`;
  return existsSync(`${directory}/containerd`) ? directory : undefined;
}

/** Whether every combination is asked for (`make test-engines`), or only what CI has time for. */
export const EVERY = process.env.HOOKWRIGHT_ENGINES === "every";
