/**
 * journald's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): one datagram, fields as `NAME\n`, the length as 64-bit
 * little-endian, the value, `\n`. That form takes any bytes, so no value can start a field of its own.
 */

import { encode } from "../linux/primitive.ts";
import type { HookEvent } from "../spec/event.ts";
import { sentence } from "./sinks.ts";

const ERR = "3";
const INFO = "6";

/** The datagram of an event. */
export function journalEntry(event: HookEvent): Uint8Array {
  const failed = event.kind === "end" && event.result !== "ok";
  const fields: [name: string, value: string | undefined][] = [
    ["MESSAGE", sentence(event)],
    ["PRIORITY", failed ? ERR : INFO],
    ["SYSLOG_IDENTIFIER", "hookwright"],
    ["OCI_HOOK_KIND", event.kind],
    ["OCI_HOOK_RUN", event.run],
    ["OCI_HOOK_NAME", event.hook.name],
    ["OCI_HOOK_STAGE", event.stage],
    ["OCI_HOOK_PLAN", event.plan],
    ["OCI_HOOK_RESULT", event.kind === "end" ? event.result : undefined],
    ["OCI_HOOK_REASON", event.kind === "end" ? event.reason : undefined],
    ["CONTAINER_ID_FULL", event.container.id],
    ["OCI_HOOK_EVENT", JSON.stringify(event)],
  ];
  const parts: Uint8Array[] = [];
  for (const [name, value] of fields) if (value !== undefined) parts.push(field(name, value));
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function field(name: string, text: string): Uint8Array {
  const value = encode(text);
  const head = encode(`${name}\n`);
  const bytes = new Uint8Array(head.length + 8 + value.length + 1);
  bytes.set(head);
  new DataView(bytes.buffer).setUint32(head.length, value.length, true);
  bytes.set(value, head.length + 8);
  bytes[bytes.length - 1] = 10;
  return bytes;
}
