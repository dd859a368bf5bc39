import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { startRecord } from "../../test/support/log.ts";
import { livenessFrom } from "./liveness.ts";

const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
const ours = { boot, guard_pid: process.pid, ts: new Date().toISOString() };
const isAlive = livenessFrom();

test("this very process lives", () => {
  expect(isAlive(startRecord(1, ours))).toBe(true);
});

test.each([
  ["another boot", { ...ours, boot: "other" }],
  ["a pid that nobody has", { ...ours, guard_pid: 2 ** 22 + 1 }],
  ["a pid that came round to a younger process", { ...ours, ts: "2020-01-01T00:00:00Z" }],
  ["a record out of a container, whose pid is of another namespace", { ...ours, spooled: true }],
])("%s is not alive", (_, change) => {
  expect(isAlive(startRecord(1, change))).toBe(false);
});
