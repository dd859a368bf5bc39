/**
 * Syslog as /dev/log takes it: `<PRIORITY>TAG[PID]: sentence`, the form in which libc's syslog(3) writes, which journald, rsyslog,
 * syslog-ng and busybox read there. A line by RFC 5424 is for the network: on the local socket its version is taken for the
 * tag. Without the time that libc puts in front, which is in local time and which all of them replace by the time of arrival.
 */

import type { HookEvent } from "../spec/event.ts";
import { sentence } from "./sinks.ts";

/** Facility daemon (3), severity error (3) or informational (6). */
const DAEMON = 3 * 8;

/** `pid` is the sender's. */
export function syslogLine(event: HookEvent, pid: number): string {
  const failed = event.kind === "end" && event.result !== "ok";
  return `<${DAEMON + (failed ? 3 : 6)}>hookwright[${pid}]: ${sentence(event)}`;
}
