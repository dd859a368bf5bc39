/**
 * A seccomp profile as the engines read it: `linux.seccomp` of the OCI runtime specification (config-linux.md, section
 * Seccomp), with what Docker and Podman add. Unknown fields survive, so every object is open.
 */

export type Action =
  | "SCMP_ACT_KILL"
  | "SCMP_ACT_KILL_PROCESS"
  | "SCMP_ACT_KILL_THREAD"
  | "SCMP_ACT_TRAP"
  | "SCMP_ACT_ERRNO"
  | "SCMP_ACT_TRACE"
  | "SCMP_ACT_ALLOW"
  | "SCMP_ACT_LOG"
  | "SCMP_ACT_NOTIFY";

export type Comparison =
  | "SCMP_CMP_NE"
  | "SCMP_CMP_LT"
  | "SCMP_CMP_LE"
  | "SCMP_CMP_EQ"
  | "SCMP_CMP_GE"
  | "SCMP_CMP_GT"
  | "SCMP_CMP_MASKED_EQ";

export interface SeccompArgument {
  index: number;
  value: number;
  /** The value that a masked comparison wants; `value` is then the mask. */
  valueTwo?: number;
  op: Comparison;
}

export interface SeccompRule {
  names: string[];
  /** Docker's older form: one name. Either `name` or `names`. */
  name?: string;
  action: Action;
  errnoRet?: number;
  args?: SeccompArgument[] | null;
  /** Docker and Podman: for people, and the name of a group that we write. */
  comment?: string;
  /** Docker and Podman: the rule holds only if these hold. */
  includes?: SeccompFilter;
  excludes?: SeccompFilter;
  /** Podman: `errnoRet` by name. */
  errno?: string;
}

export interface SeccompFilter {
  caps?: string[];
  arches?: string[];
  /** Docker only: "4.8". */
  minKernel?: string;
}

export interface SeccompProfile {
  defaultAction: Action;
  defaultErrnoRet?: number;
  /** Podman: `defaultErrnoRet` by name. */
  defaultErrno?: string;
  architectures?: string[];
  /** Docker and Podman: instead of `architectures`. */
  archMap?: { architecture: string; subArchitectures?: string[] }[];
  flags?: string[];
  listenerPath?: string;
  syscalls?: SeccompRule[];
}
