/** Files of the host, at the stages at which the hook sees the host's file system. */

import { close } from "../linux/descriptor.ts";
import { decode } from "../linux/primitive.ts";
import { readTextIfThere, readToEnd } from "../linux/read.ts";
import { openTrusted } from "../linux/trust.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Capability } from "./define.ts";

const LIMIT = 1024 * 1024;

export interface Files {
  /** The text of a file of at most `limit` bytes (1 MiB when absent; EFBIG beyond); null when there is none. Throws LinuxError. */
  readText(path: string, limit?: number): string | null;
  /** As `readText`, of a file that only root can change. Throws `Failure` `file_untrusted` for another, or none. */
  readTrusted(path: string, limit?: number): string;
}

export const files: Capability<Files> = {
  name: "files",
  stages: ["precreate", "prestart", "createRuntime", "createContainer", "poststart", "poststop"],
  because: "the hook runs inside the container there, use `rootfs`",
  open: () => ({ readText: (path, limit = LIMIT) => readTextIfThere(path, limit), readTrusted }),
};

function readTrusted(path: string, limit = LIMIT): string {
  const opened = openTrusted(path, "data");
  if (!opened.ok)
    throw new Failure("file_untrusted", `read ${path}: ${opened.message}`, { exitCode: EXIT.refused });
  try {
    return decode(readToEnd(opened.fd, limit, opened.size, path));
  } finally {
    close(opened.fd);
  }
}
