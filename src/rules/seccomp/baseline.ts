/**
 * What runtimes call by themselves after they have loaded the container's filter, as measured (notes/seccomp): a profile
 * without these does not start the container, or not always. Recorded under a filter that allows everything, as the union
 * of 25 runs and of 10 with create and start apart.
 */

export type RuntimeName = "runc" | "crun";

/** Calls from the filter on until the container's own program, and of `exec` until the program that it starts. */
export interface Measured {
  name: RuntimeName;
  version: string;
  /** The filter is loaded late, when the process may gain no privileges. */
  noNewPrivileges: string;
  /** The filter is loaded before the runtime gives up its privileges: the default of Docker and Podman. */
  privileged: string;
  /** What `exec` makes besides, of which the lack is fatal. */
  exec: string;
}

const RUNC_1_1 = "close epoll_ctl execve fstatfs futex getdents64 getpid openat rt_sigreturn write";
const RUNC_1_3 = "close execve fcntl fstat fstatfs futex getdents64 openat openat2 rt_sigreturn statx write";
const CRUN_1_8 =
  "capset close execve prctl pselect6 read rt_sigaction rt_sigprocmask setresgid setresuid write";
const CRUN_EXEC =
  "capset close close_range execve fstat ioctl openat prctl read setgroups setresgid setresuid statx umask write";

const MEASURED: readonly Measured[] = [
  {
    name: "crun",
    version: "1.8.1",
    noNewPrivileges: "close execve",
    privileged: CRUN_1_8,
    exec: CRUN_EXEC,
  },
  {
    name: "crun",
    version: "1.28",
    noNewPrivileges: "close close_range execve",
    privileged: `${CRUN_1_8} close_range`,
    exec: CRUN_EXEC,
  },
  {
    name: "runc",
    version: "1.1.5",
    noNewPrivileges: RUNC_1_1,
    privileged: `${RUNC_1_1} capget capset chdir faccessat2 fcntl fstat getcwd getppid newfstatat prctl read setgid setgroups setuid`,
    exec: "",
  },
  {
    name: "runc",
    version: "1.3.6",
    noNewPrivileges: RUNC_1_3,
    privileged: `${RUNC_1_3} capget capset chdir close_range epoll_ctl faccessat2 getcwd getpid getppid newfstatat prctl read setgid setgroups setuid tgkill`,
    // fsopen, fsconfig, fsmount, open_tree, uname and faccessat are tried too; runc does without them.
    exec: "",
  },
];

/** Go's own calls, which may come at any moment in runc before the container's program starts. */
const GO_RUNTIME =
  "epoll_pwait exit futex madvise mmap nanosleep pipe2 recvfrom rt_sigreturn sched_yield sigaltstack tgkill";

/** Time that the vDSO tells without a call, until the kernel changes its clock source. */
const VDSO = "clock_getres clock_gettime getcpu gettimeofday time";

/** Calls between which the libraries choose by their version and the machine. */
const SIBLINGS = [
  "fstat fstat64 fstatat64 lstat lstat64 newfstatat stat stat64 statx",
  "access faccessat faccessat2",
  "open openat",
  "poll ppoll ppoll_time64",
  "_newselect pselect6 pselect6_time64 select",
  "epoll_pwait epoll_pwait2 epoll_wait",
  "epoll_create epoll_create1",
  "pipe pipe2",
  "dup2 dup3",
  "readlink readlinkat",
  "rmdir unlink unlinkat",
  "rename renameat renameat2",
  "mkdir mkdirat",
  "mknod mknodat",
  "link linkat",
  "symlink symlinkat",
  "chmod fchmodat fchmodat2",
  "chown fchownat lchown",
  "futimesat utime utimensat utimes",
  "getdents getdents64",
  "clone fork vfork",
  "eventfd eventfd2",
  "inotify_init inotify_init1",
  "signalfd signalfd4",
  "accept accept4",
  "getrlimit prlimit64 setrlimit ugetrlimit",
  "clock_nanosleep clock_nanosleep_time64 nanosleep",
  "_llseek lseek",
  "mmap mmap2",
  "membarrier rseq set_robust_list set_tid_address",
];

/** Every runtime and version that was measured. */
export function measuredRuntimes(): readonly Measured[] {
  return MEASURED;
}

/**
 * The measurements that count for a runtime: its version's own, or, of a version that was not measured, or not said, all
 * of that runtime's. Packagers' suffixes do not matter: 1.1.5+ds1 is 1.1.5.
 */
export function measuredOf(name: RuntimeName, version?: string): readonly Measured[] {
  const own = MEASURED.filter((one) => one.name === name);
  const exact = own.filter((one) => version !== undefined && isVersion(version, one.version));
  return exact.length > 0 ? exact : own;
}

/** Names that a runtime needs from the filter on; `noNewPrivileges` undefined: either way. */
export function runtimeNeeds(one: Measured, noNewPrivileges: boolean | undefined): string[] {
  const both = [
    ...(noNewPrivileges === false ? [] : [one.noNewPrivileges]),
    ...(noNewPrivileges === true ? [] : [one.privileged]),
  ];
  return both.join(" ").split(" ");
}

export function execNeeds(one: Measured): string[] {
  return one.exec === "" ? [] : one.exec.split(" ");
}

export function goRuntimeStrays(): string[] {
  return GO_RUNTIME.split(" ");
}

export function vdsoCalls(): string[] {
  return VDSO.split(" ");
}

/** Every call of which another one that stands for the same was used. */
export function siblingsOf(used: ReadonlySet<string>): string[] {
  return SIBLINGS.map((group) => group.split(" "))
    .filter((group) => group.some((name) => used.has(name)))
    .flat();
}

function isVersion(given: string, measured: string): boolean {
  if (!given.startsWith(measured)) return false;
  const next = given.charAt(measured.length);
  return next !== "." && !(next >= "0" && next <= "9");
}
