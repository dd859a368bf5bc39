/** Disk and clock: file systems that are really full, out of inodes or read-only, and a log with records of the future. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { must } from "../../test/support/command.ts";
import { endRecord, lines } from "../../test/support/log.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { checkClock } from "./clock.ts";
import { checkDisk } from "./disk.ts";
import { checkKernel } from "./kernel.ts";
import { subjectOf } from "./subject.ts";

bind(primitive);

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const subject = (now = Date.now()) => subjectOf(root, { env: process.env, now });
const disk = () =>
  checkDisk(subject()).map(({ severity, code, message }) => `${severity} ${code}: ${message}`);

/** A tmpfs with these options where the state, or the log, is. */
function mount(directory: string, options: string): void {
  mkdirSync(directory, { recursive: true });
  must(["mount", "-t", "tmpfs", "-o", options, "tmpfs", directory]);
}

test("room enough, also where nothing is there yet", () => {
  expect(disk()).toEqual([]);
});

test("little room, and none", () => {
  mount(root.state, "size=8m");
  expect(disk()).toEqual([
    `warning disk_low: ${root.state} has 8.0 MiB left: when it is full, \`apply\` can write no plan`,
  ]);
  writeFileSync(`${root.state}/all`, new Uint8Array(8 * 1024 * 1024));
  expect(disk()).toEqual([`error disk_full: ${root.state} has 0.0 MiB left: \`apply\` can write no plan`]);
});

test("few inodes, and none", () => {
  mount(root.log, "size=100m,nr_inodes=10");
  expect(disk()).toEqual([expect.stringMatching(/^warning disk_low: \S+ has \d inodes left/)]);
  for (let number = 0; number < 9; number++) writeFileSync(`${root.log}/${number}`, "");
  expect(disk()).toEqual([`error disk_full: ${root.log} has 0 inodes left: records of hooks are lost`]);
});

test("read-only, and mounted noexec", () => {
  mount(root.state, "size=100m,noexec");
  mount(root.run, "size=100m,ro");
  expect(disk().map((line) => line.split(" is on")[0])).toEqual([
    `error disk_noexec: ${root.state}`,
    `error disk_read_only: ${root.run}`,
  ]);
});

test("a clock that was set back, before the newest record or between two", () => {
  mkdirSync(root.log, { recursive: true });
  const now = Date.now();
  const ended = (number: number, ms: number, more = {}) =>
    endRecord(number, { ts: `${new Date(ms).toISOString().slice(0, -1)}000000Z`, ...more });
  const clock = (...records: object[]) => {
    writeFileSync(root.events, lines(...records));
    return checkClock(subject(now)).map(({ severity, code }) => `${severity} ${code}`);
  };
  const hour = 3_600_000;
  expect(clock(ended(1, now - hour), ended(2, now))).toEqual([]);
  expect(clock(ended(1, now - hour), ended(2, now + hour))).toEqual(["warning clock_behind"]);
  expect(clock(ended(1, now - hour), ended(2, now - 2 * hour))).toEqual(["note clock_stepped"]);
  expect(clock(ended(1, now - hour), ended(2, now - 2 * hour, { spooled: true }))).toEqual([]);
});

test("a clock from before this program was made", () => {
  expect(checkClock(subject(0))[0]?.message).toStartWith(
    "the clock says 1970-01-01T00:00:00Z, and this program is of ",
  );
});

test("this kernel has what is used", () => {
  expect(checkKernel().filter(({ code }) => code !== "kernel_overlay")).toEqual([]);
});

test("every code is explained in docs/doctor.md", () => {
  const files = readdirSync(import.meta.dir).filter((name) => !name.endsWith(".test.ts"));
  const sources = files.map((name) => readFileSync(`${import.meta.dir}/${name}`, "utf8")).join("");
  const codes = [
    ...sources.matchAll(/"(?:error|warning|note)"[:,?\s\w"]*?,\s*"([a-z]+(?:_[a-z0-9]+)+)"/g),
  ].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(20);
  const page = readFileSync(`${import.meta.dir}/../../docs/doctor.md`, "utf8");
  expect(codes.filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
