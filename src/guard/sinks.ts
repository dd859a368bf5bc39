/**
 * The other places for records: journald by its native protocol, syslog on /dev/log, and, when the file and
 * both of these failed, the kernel's log. Datagrams that are never waited for.
 */

import { close } from "../linux/descriptor.ts";
import { O, open } from "../linux/open.ts";
import { encode } from "../linux/primitive.ts";
import { getpid } from "../linux/process.ts";
import { sendTo, unixSocket } from "../linux/socket.ts";
import { writeSome } from "../linux/write.ts";
import type { HookEvent } from "../spec/event.ts";
import type { EventSinks } from "../spec/plan.ts";
import { journalEntry } from "./journald.ts";
import { printable } from "./printable.ts";
import { syslogLine } from "./syslog.ts";

const JOURNAL = "/run/systemd/journal/socket";
const SYSLOG = "/dev/log";
const KERNEL_LOG = "/dev/kmsg";

/** Sends each event to what `sinks` names; `written` says whether the file has it. Throws LinuxError when nothing took it. */
export function send(sinks: EventSinks, events: readonly HookEvent[], written: boolean): void {
  for (const event of events) {
    const journal = sinks.journald === true && offer(JOURNAL, journalEntry(event));
    const syslog = sinks.syslog === true && offer(SYSLOG, encode(syslogLine(event, getpid())));
    if (!written && !journal && !syslog) kernelLog(event);
  }
}

/** One sentence of an event, for logs that people read. */
export function sentence(event: HookEvent): string {
  const where = `hook ${event.hook.name} at ${event.stage} of ${event.container.id}`;
  const end =
    event.kind === "start" ? "started" : event.result === "ok" ? "ok" : (event.message ?? event.result);
  return printable(`${where}: ${end} (run ${event.run})`, true);
}

function offer(path: string, datagram: Uint8Array): boolean {
  let socket: number | undefined;
  try {
    socket = unixSocket("datagram");
    return sendTo(socket, datagram, path);
  } catch {
    return false;
  } finally {
    if (socket !== undefined) close(socket);
  }
}

/** Priority 4 of facility daemon; the kernel cuts a record at about 900 bytes. */
function kernelLog(event: HookEvent): void {
  const fd = open(KERNEL_LOG, O.WRONLY | O.NONBLOCK);
  try {
    writeSome(fd, encode(`<28>hookwright: ${sentence(event)}`.slice(0, 900)));
  } finally {
    close(fd);
  }
}
