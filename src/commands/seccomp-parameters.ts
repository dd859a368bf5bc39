/**
 * What the parameters of a system call are called, as the running kernel says it in its tracefs; and a refused call's arguments
 * in these words. Without a tracefs, or for a call that it names otherwise, the six registers are told as they are.
 */

import { readFileSync } from "node:fs";
import type { Refusal } from "../record/refusals.ts";

const EVENTS = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"].map((dir) => `${dir}/events/syscalls`);

interface Parameter {
  name: string;
  /** In C: `const char *`, `umode_t`. */
  type: string;
}

const known = new Map<string, Parameter[] | undefined>();

/** `pathname="/etc/x"`, `mode=0x1ff`; `0=0x7ffd5b0a` of a parameter that nobody names. */
export function argumentTexts(syscall: string, { registers, texts }: Refusal): string[] {
  const parameters = parametersOf(syscall);
  if (parameters === undefined) return registers.map((value, i) => `${i}=${number(value)}`);
  return parameters.map(({ name, type }, i) => {
    const value = registers[i] ?? 0n;
    const { text, cut } = texts[i] ?? { text: "", cut: false };
    if (/\bchar\b.*\*$/.test(type) && text !== "") return `${name}=${JSON.stringify(text)}${cut ? "…" : ""}`;
    const whole = BigInt.asIntN(32, value);
    return `${name}=${type === "int" && whole < 0n && whole >= -4096n ? whole : number(value)}`;
  });
}

function number(value: bigint): string {
  return value < 10n ? String(value) : `0x${value.toString(16)}`;
}

function parametersOf(syscall: string): Parameter[] | undefined {
  if (!known.has(syscall)) known.set(syscall, readParameters(syscall));
  return known.get(syscall);
}

function readParameters(syscall: string): Parameter[] | undefined {
  // Some are called after the function that has replaced an older one: newuname.
  for (const name of [syscall, `new${syscall}`])
    for (const events of EVENTS) {
      let format: string;
      try {
        format = readFileSync(`${events}/sys_enter_${name}/format`, "utf8");
      } catch {
        continue;
      }
      const fields = [...format.matchAll(/^\tfield:(.*?)\s*(\w+);\toffset:/gm)];
      return fields.map(([, type = "", field = ""]) => ({ type, name: field })).filter(isParameter);
    }
  return undefined;
}

/** The record begins with fields that every event has. */
function isParameter({ name }: Parameter): boolean {
  return !name.startsWith("common_") && name !== "__syscall_nr" && name !== "nr";
}
