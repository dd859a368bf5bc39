/**
 * What qemu's user-mode emulation leaves out, so that a test that needs it is skipped there, with the reason, and not
 * believed to fail on arm64. Newer versions of qemu know more: such a test is skipped only when it fails.
 */

const BEYOND: { [test: string]: string } = {
  "a program is copied to a memfd, sealed and run": "qemu has no processes that share memory",
  "a program is started with its words, its environment and its descriptors":
    "qemu has no processes that share memory",
  "the steps before it hold in the program, and not here": "qemu has no processes that share memory",
  "a program starts with default actions and nothing blocked": "qemu has no processes that share memory",
  "a command gets its words, its input and its environment as they are":
    "qemu has no processes that share memory",
  "a command that cannot start, or does not end in time, is a failure":
    "qemu has no processes that share memory",
  "the parent is seen to be there": "qemu has no processes that share memory",
  "a step that fails is named, and ends the process": "qemu has no processes that share memory",
  "what goes on is a child, and what stays behind ends as the child says":
    "qemu has no processes that share memory",
  "without an answer it does what it was told to do otherwise": "qemu has no processes that share memory",
  "a detached copy is made read-only before anyone sees it": "qemu has no open_tree",
  "a tmpfs is mounted with its options, seen, and taken away": "qemu's statx tells no mount id",
  "a file's type, mode, owner, size and times are told": "qemu's statx tells no mount id",
  "a subreaper gets the orphans below it": "qemu does not answer PR_GET_CHILD_SUBREAPER",
};

/** Why a test that failed, after a call that was answered ENOSYS or after none, cannot pass under emulation. */
export function beyondEmulation(name: string, unknownCall: number | undefined): string | undefined {
  return unknownCall === undefined ? BEYOND[name] : `qemu does not know system call ${unknownCall}`;
}
