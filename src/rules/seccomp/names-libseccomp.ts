/**
 * Which release of libseccomp learned which system call. A runtime ignores a rule for a name that its libseccomp does
 * not know, so such a call stays refused although the profile allows it.
 */

/** Names that 2.5.4, the oldest release in use, lacks; from src/syscalls.csv of the releases. */
const SINCE: readonly (readonly [version: string, names: string])[] = [
  ["2.5.5", "cachestat fchmodat2 futex_requeue futex_wait futex_wake map_shadow_stack"],
  [
    "2.6.0",
    "getxattrat listmount listxattrat lsm_get_self_attr lsm_list_modules lsm_set_self_attr mseal removexattrat " +
      "setxattrat statmount uretprobe",
  ],
  ["2.6.1", "file_getattr file_setattr listns open_tree_attr rseq_slice_yield uprobe"],
];

/** Debian 12 put the names of 2.5.5 into its 2.5.4. */
const DEBIAN_12 = "+deb12u1";

/** True too for a name that nobody knows, and where the version is not known. */
export function knownToLibseccomp(name: string, version: string | undefined): boolean {
  if (version === undefined) return true;
  const since = libseccompSince(name);
  return since === undefined || atLeast(version.includes(DEBIAN_12) ? "2.5.5" : version, since);
}

/** The first release that knows the name; undefined when all in use do. */
export function libseccompSince(name: string): string | undefined {
  return SINCE.find(([, names]) => names.split(" ").includes(name))?.[0];
}

function atLeast(version: string, wanted: string): boolean {
  const has = version.split(".").map((part) => Number.parseInt(part, 10) || 0);
  for (const [i, part] of wanted.split(".").entries()) {
    const own = has[i] ?? 0;
    if (own !== Number(part)) return own > Number(part);
  }
  return true;
}
