/** Whether a process that was seen once is still there: its pid may have come round, the machine may have been started anew. */

import type { Life } from "../spec/ledger.ts";
import { LinuxError } from "./error.ts";
import { namespaceId } from "./namespace.ts";
import { readTextIfThere } from "./read.ts";

const LIMIT = 4096;
/** Place of the start time in /proc/PID/stat, counted from the state, which follows the name in parentheses. */
const STARTED = 19;

/** By what the process `pid` is known again; null when there is none, or only its zombie, or /proc does not tell. */
export function lifeOf(pid: number): Life | null {
  const started = startedAt(pid);
  const place = placeOf();
  return started === null || place === null ? null : { ...place, pid, started };
}

/**
 * What became of it. `unclear` where that cannot be told from here: in other namespaces than those in which it was seen, or without
 * /proc.
 */
export function fateOf(life: Life): "lives" | "gone" | "unclear" {
  const place = placeOf();
  if (place === null) return "unclear";
  if (life.boot !== place.boot) return "gone";
  if (life.pidNamespace !== place.pidNamespace || life.netNamespace !== place.netNamespace) return "unclear";
  return startedAt(life.pid) === life.started ? "lives" : "gone";
}

function placeOf(): Omit<Life, "pid" | "started"> | null {
  const boot = bootId();
  const pidNamespace = namespaceId("pid");
  const netNamespace = namespaceId("net");
  return boot === "" || pidNamespace === null || netNamespace === null
    ? null
    : { boot, pidNamespace, netNamespace };
}

/** Id of this boot; empty without /proc. */
export function bootId(): string {
  return textOf("/proc/sys/kernel/random/boot_id").trim();
}

function startedAt(pid: number): number | null {
  const stat = textOf(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = ""] = fields;
  return state === "" || state === "Z" || state === "X" ? null : Number(fields[STARTED]);
}

/** A process can end while it is looked at. */
function textOf(path: string): string {
  try {
    return readTextIfThere(path, LIMIT) ?? "";
  } catch (error) {
    if (error instanceof LinuxError) return "";
    throw error;
  }
}
