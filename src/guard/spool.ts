/**
 * Records out of a container: a file on a small tmpfs that the container can fill or cut, but not write true lines to,
 * since each line carries an HMAC. The poststop entry of ours collects them.
 */

import { hexOf } from "../codec/hex.ts";
import { close } from "../linux/descriptor.ts";
import { AT_FDCWD, O, openAt } from "../linux/open.ts";
import { encode } from "../linux/primitive.ts";
import { appendTo } from "../linux/write.ts";
import type { HookEvent } from "../spec/event.ts";
import { hmac, sameText } from "./hmac.ts";
import type { Spool } from "./place.ts";

const DIGEST_CHARACTERS = 64;

/** Appends signed lines by one write. Throws LinuxError. */
export function appendSpooled(spool: Spool, events: readonly HookEvent[]): void {
  let lines = "";
  for (const event of events) lines += signed(spool.key, JSON.stringify(event));
  const fd = openAt(AT_FDCWD, spool.path, O.WRONLY | O.APPEND | O.NOFOLLOW | O.NONBLOCK);
  try {
    appendTo(fd, lines, spool.path);
  } finally {
    close(fd);
  }
}

/** `<hmac> <json>` with its newline. */
export function signed(key: Uint8Array, json: string): string {
  return `${hexOf(hmac(key, encode(json)))} ${json}\n`;
}

/** The records of a spool's text whose signature is right, each once; `bad` counts the other lines. */
export function verified(key: Uint8Array, text: string): { events: HookEvent[]; bad: number } {
  const events: HookEvent[] = [];
  const seen = new Set<string>();
  let bad = 0;
  for (const line of text.split("\n")) {
    if (line === "" || seen.has(line)) continue;
    seen.add(line);
    const event = verifiedLine(key, line);
    if (event === undefined) bad++;
    else events.push(event);
  }
  return { events, bad };
}

function verifiedLine(key: Uint8Array, line: string): HookEvent | undefined {
  const json = line.slice(DIGEST_CHARACTERS + 1);
  if (!sameText(line.slice(0, DIGEST_CHARACTERS), hexOf(hmac(key, encode(json))))) return undefined;
  try {
    return JSON.parse(json) as HookEvent;
  } catch {
    return undefined;
  }
}
