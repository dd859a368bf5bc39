import { expect, test } from "bun:test";
import { endRecord } from "../../test/support/log.ts";
import { checkFilter, type Filter, matches, timeOf } from "./filter.ts";
import { type Run, RunJoiner } from "./runs.ts";

const all: Filter = { hooks: [], stages: [], containers: [], results: [] };
const run = new RunJoiner().add(endRecord(1, { result: "timeout" })) as Run;
const at = Date.parse(run.started);

test.each<[string, Partial<Filter>, boolean]>([
  ["nothing said", {}, true],
  ["its hook among others", { hooks: ["other", "bridge"] }, true],
  ["part of its hook's name", { hooks: ["brid"] }, false],
  ["its stage", { stages: ["createRuntime"] }, true],
  ["the beginning of its container", { containers: ["c0ff"] }, true],
  ["the end of its container", { containers: ["6789"] }, false],
  ["its result", { results: ["timeout"] }, true],
  ["failed, which a timeout is", { results: ["failed"] }, true],
  ["another result", { results: ["ok"] }, false],
  ["since its start", { since: at }, true],
  ["since later", { since: at + 1 }, false],
  ["until its start", { until: at }, false],
  ["both a right and a wrong condition", { hooks: ["bridge"], stages: ["poststop"] }, false],
])("%s", (_, filter, expected) => {
  expect(matches(run, { ...all, ...filter })).toBe(expected);
});

const now = Date.parse("2026-11-23T12:00:00Z");
test.each([
  ["90s", "2026-11-23T11:58:30Z"],
  ["2h30m", "2026-11-23T09:30:00Z"],
  ["7d", "2026-11-16T12:00:00Z"],
  ["2026-11-23", "2026-11-23T00:00:00Z"],
  ["2026-11-23 09:00", "2026-11-23T09:00:00Z"],
  ["2026-11-23T09:00:00.5+02:00", "2026-11-23T07:00:00.5Z"],
])("%s is %s", (words, time) => {
  expect(timeOf("--since", words, now)).toBe(Date.parse(time));
});

test.each(["yesterday", "10", "-5m", "2026-13-45", "2026-11-23T09:00:00+2", ""])("%p is no time", (words) => {
  expect(() => timeOf("--since", words, now)).toThrow("--since");
});

test("words that no run can have are refused", () => {
  expect(() => checkFilter({ ...all, stages: ["createruntime"] })).toThrow("--stage");
  expect(() => checkFilter({ ...all, results: ["bad"] })).toThrow("--result");
});
