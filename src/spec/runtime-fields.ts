/**
 * The field names of an OCI runtime configuration, position by position (runtime-spec 1.3, specs-go/config.go; what
 * only other platforms read is listed one level deep). Go programs match them whatever their case, so an editor has to
 * know which keys a runtime takes for a field. Keys of maps are free: they are not here.
 */

/** A field whose value has no fields that are checked. */
export const LEAF = 0;

/** An object with these fields, a list of such objects, or a map from free names to such objects. */
export interface Node {
  readonly form: "object" | "list" | "map";
  readonly fields: Fields;
}

/** The fields of one object. Without a prototype, so that a look-up finds nothing else. */
export interface Fields {
  readonly [field: string]: typeof LEAF | Node;
}

/** Names of leaves, and the fields that have fields of their own. */
function fields(leaves: string, rest: { [field: string]: Node } = {}): Fields {
  const all: { [field: string]: typeof LEAF | Node } = Object.create(null);
  if (leaves !== "") for (const name of leaves.split(" ")) all[name] = LEAF;
  return Object.assign(all, rest);
}

function object(leaves: string, rest?: { [field: string]: Node }): Node {
  return { form: "object", fields: fields(leaves, rest) };
}

function list(leaves: string, rest?: { [field: string]: Node }): Node {
  return { form: "list", fields: fields(leaves, rest) };
}

function map(leaves: string): Node {
  return { form: "map", fields: fields(leaves) };
}

const idMappings = list("containerID hostID size");
const hooks = list("path args env timeout");
const blockDevice = "major minor";
const throttled = list(`${blockDevice} rate`);

const process = object(
  "terminal args commandLine env cwd noNewPrivileges apparmorProfile oomScoreAdj selinuxLabel",
  {
    consoleSize: object("height width"),
    user: object("uid gid umask additionalGids username"),
    capabilities: object("bounding effective inheritable permitted ambient"),
    rlimits: list("type hard soft"),
    scheduler: object("policy nice priority flags runtime deadline period"),
    ioPriority: object("class priority"),
    execCPUAffinity: object("initial final"),
  },
);

const resources = object("unified", {
  devices: list("allow type major minor access"),
  memory: object(
    "limit reservation swap kernel kernelTCP swappiness disableOOMKiller useHierarchy checkBeforeUpdate",
  ),
  cpu: object("shares quota burst period realtimeRuntime realtimePeriod cpus mems idle"),
  pids: object("limit"),
  blockIO: object("weight leafWeight", {
    weightDevice: list(`${blockDevice} weight leafWeight`),
    throttleReadBpsDevice: throttled,
    throttleWriteBpsDevice: throttled,
    throttleReadIOPSDevice: throttled,
    throttleWriteIOPSDevice: throttled,
  }),
  hugepageLimits: list("pageSize limit"),
  network: object("classID", { priorities: list("name priority") }),
  rdma: map("hcaHandles hcaObjects"),
});

const linux = object("sysctl cgroupsPath rootfsPropagation maskedPaths readonlyPaths mountLabel", {
  uidMappings: idMappings,
  gidMappings: idMappings,
  resources,
  namespaces: list("type path"),
  devices: list("path type major minor fileMode uid gid"),
  netDevices: map("name"),
  seccomp: object("defaultAction defaultErrnoRet architectures flags listenerPath listenerMetadata", {
    syscalls: list("names action errnoRet", { args: list("index value valueTwo op") }),
  }),
  intelRdt: object("closID schemata l3CacheSchema memBwSchema enableCMT enableMBM enableMonitoring"),
  memoryPolicy: object("mode nodes flags"),
  personality: object("domain flags"),
  timeOffsets: map("secs nanosecs"),
});

/** The whole configuration. */
export const RUNTIME_FIELDS: Node = object("ociVersion hostname domainname annotations", {
  process,
  root: object("path readonly"),
  mounts: list("destination type source options", { uidMappings: idMappings, gidMappings: idMappings }),
  hooks: object("", {
    prestart: hooks,
    createRuntime: hooks,
    createContainer: hooks,
    startContainer: hooks,
    poststart: hooks,
    poststop: hooks,
  }),
  linux,
  solaris: object("milestone limitpriv maxShmMemory anet cappedCPU cappedMemory"),
  windows: object(
    "layerFolders devices resources credentialSpec servicing ignoreFlushesDuringBoot hyperv network",
  ),
  vm: object("hypervisor kernel image hwConfig"),
  zos: object("devices namespaces"),
  freebsd: object("devices jail"),
});
