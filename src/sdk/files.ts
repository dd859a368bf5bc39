/** Files of the host, at the stages at which the hook sees the host's file system. */

import { readTextIfThere } from "../linux/read.ts";
import type { Capability } from "./define.ts";

const LIMIT = 1024 * 1024;

export interface Files {
  /** The text of a file of at most `limit` bytes (1 MiB when absent; EFBIG beyond); null when there is none. Throws LinuxError. */
  readText(path: string, limit?: number): string | null;
}

export const files: Capability<Files> = {
  name: "files",
  stages: ["prestart", "createRuntime", "createContainer", "poststart", "poststop"],
  because: "the hook runs inside the container there, use `rootfs`",
  open: () => ({ readText: (path, limit = LIMIT) => readTextIfThere(path, limit) }),
};
