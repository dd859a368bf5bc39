/**
 * What qemu's user-mode emulation leaves out, so that a test that needs it is skipped there, with the reason, and not
 * believed to fail on arm64. Newer versions of qemu know more: such a test is skipped only when it fails.
 */

const BEYOND: { [test: string]: string } = {
  "a program is copied to a memfd, sealed and run": "qemu 7.2 has no execveat",
  "execveFd runs what a descriptor is open on": "qemu 7.2 has no execveat",
  "a tmpfs is mounted with its options, seen, and taken away": "qemu's statx tells no mount id",
  "a file's type, mode, owner, size and times are told": "qemu's statx tells no mount id",
  "a subreaper gets the orphans below it": "qemu does not answer PR_GET_CHILD_SUBREAPER",
};

/** Why a test that failed with `error` cannot pass under emulation; undefined when it should have. */
export function beyondEmulation(name: string, error: unknown): string | undefined {
  if (String(error).includes("(ENOSYS)")) return `qemu does not know the call: ${String(error)}`;
  return BEYOND[name];
}
