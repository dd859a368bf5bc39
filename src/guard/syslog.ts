/** Syslog by RFC 5424: one line, what names the run as structured data, the event itself as the message. */

import type { HookEvent } from "../spec/event.ts";
import { printable } from "./printable.ts";
import { sentence } from "./sinks.ts";

/** Facility daemon (3), severity error (3) or informational (6). */
const DAEMON = 3 * 8;
/** The private enterprise number that RFC 5424 reserves for documentation. */
const ENTERPRISE = 32473;

/** `<30>1 TIME HOST hookwright - KIND [hook@…] sentence`; microseconds, as the RFC allows at most. */
export function syslogLine(event: HookEvent): string {
  const failed = event.kind === "end" && event.result !== "ok";
  const time = `${event.ts.slice(0, 26)}Z`;
  const host = word(event.host);
  const values: [name: string, value: string | undefined][] = [
    ["run", event.run],
    ["name", event.hook.name],
    ["stage", event.stage],
    ["container", event.container.id],
    ["result", event.kind === "end" ? event.result : undefined],
    ["reason", event.kind === "end" ? event.reason : undefined],
  ];
  let data = `[hook@${ENTERPRISE}`;
  for (const [name, value] of values) if (value !== undefined) data += ` ${name}="${quoted(value)}"`;
  return `<${DAEMON + (failed ? 3 : 6)}>1 ${time} ${host} hookwright - ${event.kind} ${data}] ${sentence(event)}`;
}

/** Backslash, quote and the closing bracket are escaped, section 6.3.3. */
function quoted(value: string): string {
  return printable(value, true).replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("]", "\\]");
}

function word(text: string): string {
  const clean = printable(text, true).replaceAll(" ", "-");
  return clean === "" ? "-" : clean;
}
