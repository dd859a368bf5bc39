/** How control groups are mounted: what the guard holds a hook's tree with, and which runtime refuses it. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { programOf } from "../engines/machine.ts";
import { cgroupMount } from "../linux/cgroup.ts";
import { FILE_SYSTEM, statfs } from "../linux/statfs.ts";
import { type Finding, finding } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** `v2` alone, `hybrid` with version 1 beside it, `v1` alone, or not mounted. */
export type CgroupMode = "v2" | "hybrid" | "v1" | "none";

const TOP = "/sys/fs/cgroup";
const UNIFIED = "boot with systemd.unified_cgroup_hierarchy=1, as Debian 11 and newer do unasked";

export function cgroupMode(): CgroupMode {
  const mount = cgroupMount();
  if (mount !== null) return mount === TOP ? "v2" : "hybrid";
  const version1 = hierarchies().some((path) => statfs(path).type === FILE_SYSTEM.cgroup);
  return version1 ? "v1" : "none";
}

/** Directories at the top: on a host of version 1 each is a mount of its own. */
function hierarchies(): string[] {
  const names = existsSync(TOP) ? readdirSync(TOP, { withFileTypes: true }) : [];
  return names.filter((name) => name.isDirectory()).map(({ name }) => `${TOP}/${name}`);
}

export function checkCgroups({ machine }: Subject): Finding[] {
  switch (cgroupMode()) {
    case "v2":
      return [];
    case "none":
      return [
        finding(
          "warning",
          "cgroup_none",
          `no control groups are mounted at ${TOP}: runtimes start nothing`,
          UNIFIED,
        ),
      ];
    case "v1":
      return [
        finding(
          "note",
          "cgroup_v1",
          "control groups are of version 1: the guard holds a hook's tree by enumeration",
          UNIFIED,
        ),
      ];
    case "hybrid":
      return programOf(machine, "crun") === undefined ? [] : refusedByCrun();
  }
}

/** crun starts nothing where version 2 stands beside version 1 and has a controller of its own. */
function refusedByCrun(): Finding[] {
  const controllers = readFileSync(`${TOP}/unified/cgroup.controllers`, "utf8").trim();
  if (controllers === "") return [];
  const message = `control groups are hybrid, and version 2 has controllers (${controllers}): crun starts no container here`;
  return [finding("warning", "cgroup_hybrid", message, `${UNIFIED}; or use runc`)];
}
