/** /proc/PID/mountinfo: which mounts a process sees. */

import { readText } from "./read.ts";

export interface Mount {
  readonly id: number;
  readonly parent: number;
  /** Major × 2^20 + minor, as `Stat.device`. */
  readonly device: number;
  /** The directory of the file system that is mounted. */
  readonly root: string;
  readonly point: string;
  /** Options of this mount, such as `ro` or `nosuid`. */
  readonly options: readonly string[];
  /** Propagation and the like: `shared:1`, `master:2`. */
  readonly tags: readonly string[];
  readonly type: string;
  readonly source: string;
  /** Options of the file system. */
  readonly superOptions: readonly string[];
}

const LIMIT = 16 * 1024 * 1024;

/** The mounts of a process, in mount order. */
export function mounts(pid: number | "self" = "self"): Mount[] {
  return parseMountinfo(readText(`/proc/${pid}/mountinfo`, LIMIT));
}

/** Parses the text of a mountinfo file (proc_pid_mountinfo(5)); lines of another form are passed over. */
export function parseMountinfo(text: string): Mount[] {
  const found: Mount[] = [];
  for (const line of text.split("\n")) {
    const fields = line.split(" ");
    const dash = fields.indexOf("-", 6);
    if (dash < 0) continue;
    const [id = "", parent = "", device = "", root = "", point = "", options = ""] = fields;
    const [major = "", minor = ""] = device.split(":");
    found.push({
      id: Number(id),
      parent: Number(parent),
      device: Number(major) * 0x10_0000 + Number(minor),
      root: unescaped(root),
      point: unescaped(point),
      options: options.split(","),
      tags: fields.slice(6, dash),
      type: fields[dash + 1] ?? "",
      source: unescaped(fields[dash + 2] ?? ""),
      superOptions: (fields[dash + 3] ?? "").split(","),
    });
  }
  return found;
}

/** Undoes `\040` and its like, as which the kernel writes blanks, newlines and backslashes. */
function unescaped(field: string): string {
  if (!field.includes("\\")) return field;
  const [first = "", ...rest] = field.split("\\");
  return (
    first +
    rest.map((part) => String.fromCharCode(Number.parseInt(part.slice(0, 3), 8)) + part.slice(3)).join("")
  );
}
