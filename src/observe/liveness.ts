/**
 * Whether the guard of a start record still lives: same boot, and its pid belongs to a process that is not younger than
 * the record, since pids come round again.
 */

import { readFileSync } from "node:fs";
import type { StartEvent } from "../spec/event.ts";
import type { IsAlive } from "./runs.ts";

/** Clock ticks per second in /proc/<pid>/stat: 100 on every Linux that is in use. */
const TICKS = 100;
/** A record's clock and the kernel's count of ticks differ by this much at most. */
const SLACK_MS = 2000;

/** Reads the boot once and each guard's process when asked. `proc` is where proc is mounted. */
export function livenessFrom(proc = "/proc"): IsAlive {
  const boot = read(`${proc}/sys/kernel/random/boot_id`).trim();
  return (start: StartEvent) => {
    // A record that came by a spool is read after its container ended, and its pid is of another namespace.
    if (start.spooled === true || start.boot !== boot) return false;
    const born = bornAt(proc, start.guard_pid);
    return born !== undefined && born <= Date.parse(start.ts) + SLACK_MS;
  };
}

/** When a process started, in milliseconds since 1970; undefined when there is none, or only its zombie. */
function bornAt(proc: string, pid: number): number | undefined {
  const stat = read(`${proc}/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  const ticks = Number(fields[19]);
  if (state === undefined || state === "" || state === "Z" || Number.isNaN(ticks)) return undefined;
  const uptime = Number(read(`${proc}/uptime`).split(" ")[0]);
  return Date.now() - uptime * 1000 + (ticks / TICKS) * 1000;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
