/**
 * What to do about a run that did not end well: reason code of the guard to the mend. `advice.test.ts` keeps the table
 * complete against the codes that src/guard writes.
 */

import type { Run } from "./runs.ts";

type Advise = (run: Run) => string[];

const KILL = 9;
const SYS = 31;
const NOEXEC = 126;
const NOTFOUND = 127;

const check = (run: Run) => `See what \`hookwright hook show ${run.hook.name}\` says of it.`;
const apply = (run: Run) =>
  `If the change of ${run.hook.path} is wanted, review it and run \`hookwright apply\`; containers created after that use it.`;
const tampered = () => [
  "Somebody changed a file of Hookwright's store: find out who before anything else.",
  "`hookwright apply` writes the store anew from the reviewed hooks.",
];
const ours = () => [
  "This is a fault of Hookwright, not of the hook. Please report it with this run's record.",
];

const BY_REASON: { readonly [reason: string]: Advise } = {
  exit_status: (run) => {
    const { exit } = run.end ?? {};
    if (exit === NOTFOUND) {
      return [
        "127 is how a shell says that a command was not found: the hook's PATH holds only what `env` lists.",
        check(run),
      ];
    }
    if (exit === NOEXEC)
      return ["126 is how a shell says that a command could not be executed: check its mode.", check(run)];
    return [
      "The hook itself said no. Its standard error above is the first place to look.",
      `Run ${run.hook.path} by hand with the container's state on its standard input.`,
    ];
  },
  signal: (run) => {
    if (run.end?.signal === KILL) {
      return [
        "SIGKILL that the guard did not send is mostly the kernel's, out of memory: createContainer and startContainer hooks share the container's memory limit.",
        "Look for `oom` in `dmesg`, and give the container more memory or the hook less to do.",
      ];
    }
    if (run.end?.signal === SYS)
      return ["SIGSYS: a seccomp profile forbids a system call that the hook makes."];
    return ["The hook crashed. Run it by hand with the container's state on its standard input.", check(run)];
  },
  timeout: (run) => [
    "The hook and all that it started were killed at its limit.",
    `If it needs longer, raise hook.timeout (at most 30 s) in its definition and run \`hookwright apply\`.`,
    `\`hookwright stats --hook ${run.hook.name}\` tells whether it is slow always or was once.`,
  ],
  crashed: () => [
    "The container's hook may have run only in part. Look for `oom` and `killed` in `dmesg` around that time.",
    "If the machine did not go down and nothing killed the guard, please report it.",
  ],
};

/** Sentences for a person, the most useful first; empty for a run that needs none. */
export function adviceFor(run: Run): string[] {
  if (run.reason === undefined) return [];
  return BY_REASON[run.reason]?.(run) ?? [check(run)];
}
