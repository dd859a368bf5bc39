import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { endRecord } from "../../test/support/log.ts";
import { adviceFor, hasAdvice } from "./advice.ts";
import { type Run, RunJoiner } from "./runs.ts";

const GUARD = join(import.meta.dir, "../guard");
const TRUST = join(import.meta.dir, "../linux/trust.ts");

/** Codes as the guard's source spells them: Failures, refusals, verdicts, and trust's own with their prefix. */
function reasonsOfTheGuard(): string[] {
  const sources = readdirSync(GUARD)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(GUARD, name), "utf8"));
  const spelt = sources.flatMap((text) => [
    ...text.matchAll(/(?:new Failure|refused)\(\s*(?:\w+ \? )?"([a-z_]+)"/g),
    ...text.matchAll(/\breason: (?:\w+ \? )?"([a-z_]+)"(?: : "([a-z_]+)")?(?!, path)/g),
  ]);
  const trust = /type TrustReason =([^;]*);/.exec(readFileSync(TRUST, "utf8"))?.[1] ?? "";
  const trusts = [...trust.matchAll(/"([a-z_]+)"/g)].map((match) => `trust_${match[1]}`);
  return [...new Set([...spelt.flatMap((match) => [match[1] ?? [], match[2] ?? []].flat()), ...trusts])];
}

test("every reason that the guard can give has an advice", () => {
  const reasons = reasonsOfTheGuard();
  expect(reasons).toContain("timeout");
  expect(reasons).toContain("trust_writable");
  expect(reasons.filter((reason) => !hasAdvice(reason))).toEqual([]);
});

const advise = (change: Parameters<typeof endRecord>[1]) =>
  adviceFor(new RunJoiner().add(endRecord(1, change)) as Run).join(" ");

test.each<[string, Parameters<typeof endRecord>[1], string]>([
  ["an exit of 127", { result: "fail", reason: "exit_status", exit: 127 }, "PATH"],
  ["any other exit", { result: "fail", reason: "exit_status", exit: 3 }, "standard error"],
  ["SIGKILL", { result: "fail", reason: "signal", signal: 9 }, "out of memory"],
  ["SIGSYS", { result: "fail", reason: "signal", signal: 31 }, "seccomp"],
  ["another signal", { result: "fail", reason: "signal", signal: 11 }, "crashed"],
  ["a timeout", { result: "timeout", reason: "timeout" }, "hook.timeout"],
  ["lost records", { dropped: 3 }, "3 earlier records"],
  ["a reason of a later version", { result: "error", reason: "new_one" }, "hook show bridge"],
])("%s is advised on", (_, change, words) => {
  expect(advise(change)).toContain(words);
});

test("a run that went well needs no advice", () => {
  expect(advise({})).toBe("");
});
