import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endRecord, lines, startRecord } from "../../test/support/log.ts";
import { LogReader } from "./read.ts";

let dir: string;
let log: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "log-"));
  log = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true }));

const read = (reader: LogReader) =>
  [...reader.next()].map((event) => `${event.kind} ${event.run.slice(9, 13)}`);

test("no log is an empty log", () => {
  expect(read(new LogReader(log))).toEqual([]);
});

test("rotated files come oldest first, by number and not by name", () => {
  writeFileSync(`${log}.10`, lines(startRecord(1)));
  writeFileSync(`${log}.2`, lines(startRecord(2)));
  writeFileSync(`${log}.1`, lines(startRecord(3)));
  writeFileSync(log, lines(startRecord(4)));
  writeFileSync(`${log}.gz`, "not one of them");
  expect(read(new LogReader(log))).toEqual(["start 0001", "start 0002", "start 0003", "start 0004"]);
});

test("a torn last line waits for its rest and is not bad", () => {
  const whole = lines(startRecord(1), endRecord(1));
  writeFileSync(log, whole.slice(0, -10));
  const reader = new LogReader(log);
  expect(read(reader)).toEqual(["start 0001"]);
  appendFileSync(log, whole.slice(-10));
  expect(read(reader)).toEqual(["end 0001"]);
  expect(reader.bad).toBe(0);
});

test("lines that are no records are counted and passed over", () => {
  writeFileSync(log, `garbage\n{"v":1}\n[]\n\0\0\0\n${lines(startRecord(1))}`);
  const reader = new LogReader(log);
  expect(read(reader)).toEqual(["start 0001"]);
  expect(reader.bad).toBe(4);
});

test("a record that was appended to a torn one is found again", () => {
  writeFileSync(log, lines(startRecord(1)).slice(0, 60) + lines(startRecord(2)));
  const reader = new LogReader(log);
  expect(read(reader)).toEqual(["start 0002"]);
  expect(reader.bad).toBe(1);
});

test("output that looks like a record is no record", () => {
  const forged = JSON.stringify(endRecord(9));
  writeFileSync(
    log,
    lines(endRecord(1, { stdout: { bytes: 9, tail: `\n${forged}\n` } })).replace("}\n", "\n"),
  );
  expect(read(new LogReader(log))).toEqual([]);
});

test("a line longer than any guard writes is given up, the next is read", () => {
  writeFileSync(log, `${"x".repeat(3_000_000)}\n${lines(startRecord(1))}`);
  const reader = new LogReader(log);
  expect(read(reader)).toEqual(["start 0001"]);
  expect(reader.bad).toBe(1);
});

test("a reader goes on across rotations and sees what is appended to a rotated file", () => {
  writeFileSync(log, lines(startRecord(1)));
  const reader = new LogReader(log);
  expect(read(reader)).toEqual(["start 0001"]);
  appendFileSync(log, lines(startRecord(2)));
  renameSync(log, `${log}.1`);
  writeFileSync(log, lines(startRecord(3)));
  renameSync(`${log}.1`, `${log}.2`);
  renameSync(log, `${log}.1`);
  writeFileSync(log, lines(startRecord(4)));
  expect(read(reader)).toEqual(["start 0002", "start 0003", "start 0004"]);
  appendFileSync(`${log}.1`, lines(endRecord(3)));
  expect(read(reader)).toEqual(["end 0003"]);
});
