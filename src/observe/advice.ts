/**
 * What to do about a run that did not end well: reason code of the guard to the mend. `advice.test.ts` reads the codes
 * out of src/guard and keeps the table complete.
 */

import type { Run } from "./runs.ts";

type Advise = (run: Run) => string[];

const SIGKILL = 9;
const SIGSYS = 31;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

const look = (run: Run) => `See what \`hookwright hook show ${run.hook.name}\` says of it.`;
const byHand = (run: Run) => `Run ${run.hook.path} by hand with a container's state on its standard input.`;
const newPlan = "Run `hookwright apply`; containers that are created after that get what it writes.";
const report = "This is a fault of Hookwright, not of the hook: please report it with this run's record.";

/** The store or something above it may be changed by others than root. */
const store = (what: string): Advise => {
  return () => [what, "Find out who made it so before anything else.", newPlan];
};
const ours: Advise = () => [report];
const unreachable: Advise = () => ["Check the disk and the mounts below the state directory.", newPlan];
const state: Advise = () => [
  "The runtime did not give a container's state on standard input: start the guard by a runtime, not by hand.",
  "If runc or crun did start it, please report it with the runtime's version.",
];

/** By the guard's reason code. */
const ADVICE: { readonly [reason: string]: Advise } = {
  exit_status: exitAdvice,
  signal: signalAdvice,
  timeout: (run) => [
    "The hook and all that it started were killed at its limit.",
    "If it needs longer, raise `hook.timeout` (at most 30 s) in its definition and run `hookwright apply`.",
    `\`hookwright stats --hook ${run.hook.name}\` tells whether it is slow always or was slow once.`,
  ],
  budget: (run) => [
    "All hooks of one container share 60 s, and earlier ones used them up.",
    `\`hookwright events --container ${run.container.id.slice(0, 12)}\` tells which took the time.`,
  ],
  crashed: () => [
    "The hook may have run only in part. Look for `oom` and `killed` in `dmesg` around that time.",
    "If nothing killed the guard and the machine stayed up, please report it.",
  ],
  keeper_killed: () => [
    "Something killed the process that watched the hook, mostly the kernel when the container's memory was used up.",
    "Look for `oom` in `dmesg`; give the container more memory, or move the hook to createRuntime.",
  ],
  guard_killed: () => [
    "Something killed the guard while the hook ran: the runtime that started it gave up, or memory ran out.",
    "Look for `oom` in `dmesg`, and at the engine's log of that moment.",
  ],
  keeper_stopped: () => [
    "Something stopped the process that watched the hook (SIGSTOP, or a frozen cgroup), so the hook was ended at its limit.",
  ],
  missing: (run) => [
    `The store no longer has the program that the container was promised (${run.hook.path}).`,
    newPlan,
    "Nothing but `hookwright apply` should remove files from the store.",
  ],
  digest_mismatch: (run) => [
    "A file of the store does not hold the bytes that were reviewed. It was not run.",
    "Find out who changed it before anything else.",
    `If the change of ${run.hook.path} is wanted, review it and run \`hookwright apply\`.`,
  ],
  entry_invalid: () => [
    "The container was created by another version of Hookwright, or the entry was tampered with.",
    newPlan,
  ],
  entry_outside_store: () => [
    "The hook entry in config.json was not written by Hookwright, or names another root: see `hookwright bundle hooks list BUNDLE`.",
    "`hookwright bundle apply BUNDLE` writes it anew.",
  ],
  hook_in_bundle: () => [
    "A program inside a container's bundle can be changed by the container. Install it on the host, outside every bundle.",
  ],
  program_too_large: () => [
    "The hook is too large to be copied and checked in time. Keep the program small and its data in a file.",
  ],
  loader_missing: (run) => [
    "The program needs a dynamic loader or an interpreter that is not there.",
    "At startContainer the container's own files count: link the hook statically.",
    `\`file ${run.hook.path}\` and \`ldd ${run.hook.path}\` name what it needs.`,
  ],
  exec_format: (run) => [
    `${run.hook.path} is no program for this machine: another architecture, or a script without a \`#!\` line.`,
    "Give a script a `#!` line and `guard.interpreter`, then run `hookwright apply`.",
  ],
  exec_denied: () => [
    "A security module forbids it: look for denials in `dmesg` and `/var/log/audit/audit.log` (SELinux, AppArmor, IMA).",
  ],
  exec_too_big: (run) => [
    "Its arguments and environment are longer than the kernel takes: shorten `hook.args` and `hook.env`.",
    look(run),
  ],
  start_failed: (run) => [
    "The hook could not be started; the message above names the system call.",
    look(run),
  ],
  fork_failed: () => [
    "No process could be made: the container's pid limit, or its memory, is used up.",
    "Guard and hook need 3 processes and 8 MiB. Raise the limit, or move the hook to createRuntime.",
  ],
  edits_too_large: (run) => [
    "The edits that the hook prints at precreate are longer than any environment or seccomp profile needs to be.",
    `Its output is not kept, as it may be secret: run \`hookwright hook run ${run.hook.name}\` and look at it.`,
  ],
  scope: (run) => [
    "The hook is for other namespaces, so it was refused. That is what `when.namespaces` is for.",
    "If the container should have it, add its namespace to the definition and run `hookwright apply`.",
    look(run),
  ],
  image_mismatch: (run) => [
    "The container's image is none of those that the hook was tested with: a tag may have been moved.",
    "Test the hook with this image; then add its digest to `when.images` and run `hookwright apply`.",
    look(run),
  ],
  image_unknown: () => [
    "Nothing that can be trusted says what the container was made of, so a hook with `when.images` was refused.",
    "Under containerd, name the image by its digest in the pod; docs/engines.md has the other engines.",
  ],
  scope_conflict: () => [
    "The container's annotations name several namespaces, so none can be trusted. Somebody may have typed one of them.",
  ],
  trust_not_absolute: ours,
  trust_missing: unreachable,
  trust_unreadable: unreachable,
  trust_symlink: store("A symbolic link stands where a directory or file of the store should be."),
  trust_not_file: store("Something that is no regular file stands in the place of the hook."),
  trust_owner: store(
    "A file or a directory above it belongs to neither root nor the user that runs the guard.",
  ),
  trust_writable: store(
    "A file or a directory above it can be written by its group or by everybody: `chmod go-w` it.",
  ),
  trust_acl: store("An ACL lets others write a file or a directory above it: `setfacl -b` removes it."),
  trust_setid: store("The file is setuid or setgid, which a hook must not be."),
  trust_capabilities: store(
    "The file carries capabilities, which a hook must not: `setcap -r` removes them.",
  ),
  trust_noexec: () => [
    "The store lies on a file system that is mounted `noexec`. Mount it with `exec`, or move the root.",
  ],
  trust_filesystem: () => [
    "The store lies on a network or FUSE file system, whose server could change it. Put it on a local disk.",
  ],
  state_invalid: state,
  state_timeout: state,
  state_too_large: state,
  system: () => [
    "A system call of the guard failed; the message above names it. Out of memory or descriptors is the usual cause.",
    report,
  ],
  internal: ours,
  usage: () => [
    "The hook entry in config.json is not as Hookwright writes it. `hookwright bundle apply BUNDLE` writes it anew.",
  ],
  log_short: () => ["The disk of the event log is full."],
  log_untrusted: () => ["Give the event log and its directory to root, writable by nobody else."],
};

/** Sentences for a person, the most useful first; empty for a run that needs none. */
export function adviceFor(run: Run): string[] {
  const advice = run.reason === undefined ? [] : (ADVICE[run.reason]?.(run) ?? [look(run)]);
  const dropped = run.end?.dropped ?? 0;
  if (dropped === 0) return advice;
  return [
    ...advice,
    `${dropped} earlier records could not be written: see that the disk of the log has room.`,
  ];
}

/** Whether the table knows a reason code. */
export function hasAdvice(reason: string): boolean {
  return Object.hasOwn(ADVICE, reason);
}

function exitAdvice(run: Run): string[] {
  switch (run.end?.exit) {
    case NOT_FOUND:
      return [
        "127 is how a shell says that a command was not found: the hook's PATH holds only what `env` lists.",
        look(run),
      ];
    case NOT_EXECUTABLE:
      return [
        "126 is how a shell says that a command could not be executed: check the mode of what it calls.",
        look(run),
      ];
    default:
      return [
        "The hook itself said no: what it wrote on standard error is the first place to look.",
        byHand(run),
      ];
  }
}

function signalAdvice(run: Run): string[] {
  switch (run.end?.signal) {
    case SIGKILL:
      return [
        "The guard did not send this SIGKILL. Mostly it is the kernel's, out of memory: createContainer and startContainer hooks run within the container's memory limit.",
        "Look for `oom` in `dmesg`; give the container more memory, or the hook less to do.",
      ];
    case SIGSYS:
      return [
        "A seccomp profile forbids a system call that the hook makes; at startContainer that is the container's own.",
      ];
    default:
      return ["The hook crashed.", byHand(run)];
  }
}
