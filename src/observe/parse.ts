/** A line of the log as a record. Only what the tables rely on is checked; fields of a later version are carried along. */

import type { HookEvent } from "../spec/event.ts";
import { isStage } from "../spec/stage.ts";

const decoder = new TextDecoder();

/** The record of a line, or undefined when it is none. */
export function parseEvent(line: Uint8Array): HookEvent | undefined {
  return eventIn(decoder.decode(line));
}

/** How every record begins. Quotes inside a JSON string are escaped, so no hook's output can contain it. */
const BEGINNING = '{"v":1,"kind":"';

/** The record that was appended to a torn one: after a power cut, two share a line. */
export function recoverEvent(line: Uint8Array): HookEvent | undefined {
  const text = decoder.decode(line);
  const start = text.lastIndexOf(BEGINNING);
  return start <= 0 ? undefined : eventIn(text.slice(start));
}

function eventIn(text: string): HookEvent | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isEvent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEvent(value: unknown): value is HookEvent {
  if (!isRecord(value) || typeof value.run !== "string" || typeof value.ts !== "string") return false;
  const { hook, container, stage } = value;
  if (!isRecord(hook) || typeof hook.name !== "string") return false;
  if (!isRecord(container) || typeof container.id !== "string") return false;
  if (typeof stage !== "string" || !isStage(stage)) return false;
  if (value.kind === "start") return true;
  return value.kind === "end" && typeof value.result === "string" && typeof value.dur_ms === "number";
}

function isRecord(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
