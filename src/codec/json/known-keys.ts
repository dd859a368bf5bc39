/**
 * The quick answer to whether a runtime configuration can have a folded key (folding.ts). No two names of fields fold
 * alike, so an object whose keys are all names of fields, whatever their place, has none; a test holds that, and that
 * these are the names in runtime-fields.ts, which it would take longer to walk along.
 */

import type { Json, JsonObject } from "../../spec/runtime-config.ts";

/** Names below which, somewhere in a configuration, there are fields. */
export const PARENTS =
  "process consoleSize user capabilities rlimits scheduler ioPriority execCPUAffinity root mounts uidMappings " +
  "gidMappings hooks prestart createRuntime createContainer startContainer poststart poststop linux resources devices " +
  "memory cpu pids blockIO weightDevice throttleReadBpsDevice throttleWriteBpsDevice throttleReadIOPSDevice " +
  "throttleWriteIOPSDevice hugepageLimits network priorities rdma namespaces netDevices seccomp syscalls args intelRdt " +
  "memoryPolicy personality timeOffsets solaris windows vm zos freebsd";

/** The others. */
export const LEAVES =
  "ociVersion hostname domainname annotations terminal commandLine env cwd noNewPrivileges apparmorProfile oomScoreAdj " +
  "selinuxLabel height width uid gid umask additionalGids username bounding effective inheritable permitted ambient type " +
  "hard soft policy nice priority flags runtime deadline period class initial final path readonly destination source " +
  "options containerID hostID size timeout sysctl cgroupsPath rootfsPropagation maskedPaths readonlyPaths mountLabel " +
  "unified allow major minor access limit reservation swap kernel kernelTCP swappiness disableOOMKiller useHierarchy " +
  "checkBeforeUpdate shares quota burst realtimeRuntime realtimePeriod cpus mems idle weight leafWeight rate pageSize " +
  "classID name hcaHandles hcaObjects fileMode defaultAction defaultErrnoRet architectures listenerPath " +
  "listenerMetadata names action errnoRet index value valueTwo op closID schemata l3CacheSchema memBwSchema enableCMT " +
  "enableMBM enableMonitoring mode nodes domain secs nanosecs milestone limitpriv maxShmMemory anet cappedCPU " +
  "cappedMemory layerFolders credentialSpec servicing ignoreFlushesDuringBoot hyperv hypervisor image hwConfig jail";

const parents = /* @__PURE__ */ new Set(PARENTS.split(" "));
const leaves = /* @__PURE__ */ new Set(LEAVES.split(" "));

/** True when no key can collide; false says nothing, and `foldedKeyCollision` has to look. */
export function hasOnlyKnownKeys(config: Json): boolean {
  return typeof config !== "object" || config === null || known(config);
}

function known(value: JsonObject | Json[]): boolean {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (typeof item === "object" && item !== null && !known(item)) return false;
    }
    return true;
  }
  for (const key in value) {
    if (leaves.has(key)) continue;
    if (!parents.has(key)) return false;
    const item = value[key];
    if (typeof item === "object" && item !== null && !known(item)) return false;
  }
  return true;
}
