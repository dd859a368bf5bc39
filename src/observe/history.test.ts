import { afterEach, beforeEach, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endRecord, lines, startRecord } from "../../test/support/log.ts";
import { followRuns, readRuns } from "./history.ts";
import type { Run } from "./runs.ts";

let dir: string;
let log: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "log-"));
  log = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true }));

const all = { hooks: [], stages: [], containers: [], results: [] };
const brief = (run: Run) => `${run.run.slice(9, 13)} ${run.result}`;

test("runs come in the order of their starts, whatever ended first", () => {
  writeFileSync(log, lines(startRecord(1), startRecord(2), startRecord(3), endRecord(2), endRecord(1)));
  expect(readRuns(log, all, () => true).runs.map(brief)).toEqual(["0001 ok", "0002 ok", "0003 running"]);
});

test("a guard that ends between reading and asking did not crash", () => {
  writeFileSync(log, lines(startRecord(1)));
  const endsMeanwhile = () => {
    writeFileSync(log, lines(startRecord(1), endRecord(1)));
    return false;
  };
  expect(readRuns(log, all, endsMeanwhile).runs.map(brief)).toEqual(["0001 ok"]);
});

test("follow gives the past that was asked for, then runs as they end, across a rotation, and crashes", async () => {
  writeFileSync(log, lines(endRecord(1), endRecord(2), startRecord(3), startRecord(4)));
  const stop = new AbortController();
  const alive = new Set([startRecord(3).run, startRecord(4).run]);
  const seen: string[] = [];
  for await (const run of followRuns(log, all, (start) => alive.has(start.run), stop.signal, 1)) {
    seen.push(brief(run));
    if (seen.length === 1) {
      appendFileSync(log, lines(endRecord(3)));
      renameSync(log, `${log}.1`);
      writeFileSync(log, lines(endRecord(5)));
    }
    if (seen.length === 3) alive.clear();
    if (seen.length === 4) stop.abort();
  }
  expect(seen).toEqual(["0002 ok", "0003 ok", "0005 ok", "0004 crashed"]);
});
