/**
 * What a system call can do to the host, in a few groups, so that the difference between two profiles is read from its
 * dangerous end. A group says what the call is for; capabilities and namespaces may well stop it all the same.
 */

export interface RiskGroup {
  id: "escape" | "kernel" | "tracing" | "host" | "privileges" | "network" | "files" | "harmless" | "unknown";
  title: string;
  /** Why the calls are together, one sentence. */
  why: string;
}

/** The gravest first. */
export const RISKS: readonly RiskGroup[] = [
  {
    id: "escape",
    title: "escape",
    why: "They change what the container is: mounts, namespaces, roots, the kernel itself.",
  },
  {
    id: "kernel",
    title: "kernel attack surface",
    why: "Large interfaces of the kernel in which privilege escalations keep being found.",
  },
  { id: "tracing", title: "tracing", why: "They read or write other processes, or take their files." },
  {
    id: "host",
    title: "host",
    why: "They change what all containers share: clock, swap, devices, accounting.",
  },
  { id: "privileges", title: "privileges", why: "They change users, groups, capabilities and limits." },
  { id: "network", title: "network", why: "They open and use sockets." },
  { id: "files", title: "files", why: "They change files, directories and their attributes." },
  {
    id: "harmless",
    title: "harmless",
    why: "Processes use them on themselves and on what they have opened.",
  },
  {
    id: "unknown",
    title: "unknown",
    why: "No table here has the name: a newer kernel's call, or a misspelling.",
  },
];

/** By group; `harmless` is spelt out too, so that a call of a newer kernel is not taken for one. */
const NAMES: { readonly [id in Exclude<RiskGroup["id"], "unknown">]: string } = {
  escape:
    "bpf chroot create_module delete_module finit_module fsconfig fsmount fsopen fspick init_module kexec_file_load " +
    "kexec_load mount mount_setattr move_mount name_to_handle_at open_by_handle_at open_tree open_tree_attr pivot_root " +
    "setns umount umount2 unshare",
  kernel:
    "add_key afs_syscall clone3 fanotify_init fanotify_mark io_cancel io_destroy io_getevents io_pgetevents " +
    "io_pgetevents_time64 io_setup io_submit io_uring_enter io_uring_register io_uring_setup keyctl lookup_dcookie " +
    "modify_ldt mbind memfd_secret migrate_pages move_pages nfsservctl perf_event_open query_module remap_file_pages " +
    "request_key set_mempolicy set_mempolicy_home_node sysfs _sysctl uprobe uretprobe uselib userfaultfd ustat vm86 " +
    "vm86old vmsplice get_kernel_syms bdflush ipc vserver",
  tracing:
    "get_robust_list kcmp pidfd_getfd process_madvise process_mrelease process_vm_readv process_vm_writev ptrace",
  host:
    "acct adjtimex clock_adjtime clock_adjtime64 clock_settime clock_settime64 idle ioperm iopl listmount listns quotactl " +
    "quotactl_fd reboot setdomainname sethostname settimeofday statmount stime swapoff swapon syslog vhangup",
  privileges:
    "capset ioprio_set landlock_add_rule landlock_create_ruleset landlock_restrict_self lsm_set_self_attr nice personality " +
    "prctl prlimit64 sched_setattr sched_setparam sched_setscheduler seccomp setfsgid setfsgid32 setfsuid setfsuid32 " +
    "setgid setgid32 setgroups setgroups32 setpriority setregid setregid32 setresgid setresgid32 setresuid setresuid32 " +
    "setreuid setreuid32 setrlimit setuid setuid32 ulimit",
  network:
    "accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmmsg_time64 recvmsg " +
    "sendmmsg sendmsg sendto setsockopt shutdown socket socketcall socketpair",
  files:
    "chmod chown chown32 copy_file_range creat fallocate fchmod fchmodat fchmodat2 fchown fchown32 fchownat file_setattr " +
    "fremovexattr fsetxattr ftruncate ftruncate64 futimesat lchown lchown32 link linkat lremovexattr lsetxattr mkdir " +
    "mkdirat mknod mknodat open openat openat2 removexattr removexattrat rename renameat renameat2 rmdir setxattr " +
    "setxattrat symlink symlinkat truncate truncate64 unlink unlinkat utime utimensat utimensat_time64 utimes",
  harmless:
    "_llseek _newselect access alarm arch_prctl break brk cachestat capget chdir clock_getres clock_getres_time64 " +
    "clock_gettime clock_gettime64 clock_nanosleep clock_nanosleep_time64 clone close close_range dup dup2 dup3 " +
    "epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd " +
    "eventfd2 execve execveat exit exit_group faccessat faccessat2 fadvise64 fadvise64_64 fchdir fcntl fcntl64 fdatasync " +
    "fgetxattr file_getattr flistxattr flock fork fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftime futex futex_requeue " +
    "futex_time64 futex_wait futex_waitv futex_wake get_mempolicy get_thread_area getcpu getcwd getdents getdents64 " +
    "getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getitimer getpgid getpgrp getpid getpmsg " +
    "getppid getpriority getrandom getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid gettid " +
    "gettimeofday getuid getuid32 getxattr getxattrat gtty inotify_add_watch inotify_init inotify_init1 inotify_rm_watch " +
    "ioctl ioprio_get kill lgetxattr listxattr listxattrat llistxattr lock lseek lsm_get_self_attr lsm_list_modules lstat " +
    "lstat64 madvise map_shadow_stack membarrier memfd_create mincore mlock mlock2 mlockall mmap mmap2 mprotect mpx " +
    "mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink " +
    "mremap mseal msgctl msgget msgrcv msgsnd msync munlock munlockall munmap nanosleep newfstatat oldfstat oldlstat " +
    "oldolduname oldstat olduname pause pidfd_open pidfd_send_signal pipe pipe2 pkey_alloc pkey_free pkey_mprotect poll " +
    "ppoll ppoll_time64 pread64 preadv preadv2 prof profil pselect6 pselect6_time64 putpmsg pwrite64 pwritev pwritev2 read " +
    "readahead readdir readlink readlinkat readv restart_syscall rseq rseq_slice_yield rt_sigaction rt_sigpending " +
    "rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo " +
    "sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler " +
    "sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_yield security select semctl semget semop " +
    "semtimedop semtimedop_time64 sendfile sendfile64 set_robust_list set_thread_area set_tid_address setitimer setpgid " +
    "setsid sgetmask shmat shmctl shmdt shmget sigaction sigaltstack signal signalfd signalfd4 sigpending sigprocmask " +
    "sigreturn sigsuspend splice ssetmask stat stat64 statfs statfs64 statx stty sync sync_file_range syncfs sysinfo tee " +
    "tgkill time timer_create timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 " +
    "timerfd_create timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 times tkill tuxcall ugetrlimit " +
    "umask uname vfork wait4 waitid waitpid write writev",
};

let groups: Map<string, RiskGroup> | undefined;

/** The group of a call. A name in none is `unknown`. */
export function riskOf(name: string): RiskGroup {
  groups ??= grouped();
  return groups.get(name) ?? UNKNOWN;
}

const UNKNOWN: RiskGroup = RISKS[RISKS.length - 1] ?? { id: "unknown", title: "unknown", why: "" };

function grouped(): Map<string, RiskGroup> {
  const found = new Map<string, RiskGroup>();
  for (const risk of RISKS)
    if (risk.id !== "unknown")
      for (const name of NAMES[risk.id].split(" ")) if (!found.has(name)) found.set(name, risk);
  return found;
}
