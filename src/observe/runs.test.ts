import { expect, test } from "bun:test";
import { endRecord, startRecord } from "../../test/support/log.ts";
import { RunJoiner } from "./runs.ts";

test("a start and its end become one run, with the start's time and the end's verdict", () => {
  const joiner = new RunJoiner();
  expect(joiner.add(startRecord(1))).toBeUndefined();
  const run = joiner.add(
    endRecord(1, { ts: "2026-11-23T09:00:05Z", result: "fail", reason: "exit_status", message: "no" }),
  );
  expect(run).toMatchObject({
    started: startRecord(1).ts,
    result: "fail",
    reason: "exit_status",
    message: "no",
  });
  expect(run?.argv).toEqual(["bridge", "--up"]);
  expect(joiner.unfinished(() => true)).toEqual([]);
});

test("an end whose start was rotated away is a run all the same", () => {
  expect(new RunJoiner().add(endRecord(1))).toMatchObject({ started: endRecord(1).ts, result: "ok" });
});

test("a start without an end runs while its guard lives, else it crashed", () => {
  const joiner = new RunJoiner();
  joiner.add(startRecord(1));
  joiner.add(startRecord(2));
  const runs = joiner.unfinished((start) => start.run === startRecord(2).run);
  expect(runs.map((run) => [run.result, run.reason])).toEqual([
    ["crashed", "crashed"],
    ["running", undefined],
  ]);
});

test("a crash is told once", () => {
  const joiner = new RunJoiner();
  joiner.add(startRecord(1));
  expect(joiner.takeCrashed(() => false)).toHaveLength(1);
  expect(joiner.takeCrashed(() => false)).toHaveLength(0);
});

test("the first of two ends counts", () => {
  const joiner = new RunJoiner();
  joiner.add(startRecord(1));
  expect(joiner.add(endRecord(1))?.result).toBe("ok");
  expect(joiner.add(endRecord(1, { result: "error" }))).toBeUndefined();
  expect(joiner.unfinished(() => true)).toEqual([]);
});
