import { expect, test } from "bun:test";
import fc from "fast-check";
import { endRecord, startRecord } from "../../test/support/log.ts";
import { type Run, RunJoiner } from "./runs.ts";
import { quantile, statsOf } from "./stats.ts";

const run = (number: number, change: Parameters<typeof endRecord>[1]) =>
  new RunJoiner().add(endRecord(number, change)) as Run;

test("hooks are summed up per stage, the worst first", () => {
  const net = { ...startRecord(1).hook, name: "net" };
  const stats = statsOf([
    run(1, { dur_ms: 1 }),
    run(2, { dur_ms: 3 }),
    run(3, { dur_ms: 2, stage: "poststop" }),
    run(4, { hook: net, dur_ms: 10_001, result: "timeout", reason: "timeout", dropped: 2 }),
    run(5, { hook: net, dur_ms: 8000 }),
  ]);
  expect(stats.map((one) => [one.hook, one.stage, one.runs, one.failed])).toEqual([
    ["net", "createRuntime", 2, 1],
    ["bridge", "createRuntime", 2, 0],
    ["bridge", "poststop", 1, 0],
  ]);
  expect(stats[0]).toMatchObject({
    failure_rate: 0.5,
    p50_ms: 8000,
    p95_ms: 10_001,
    max_ms: 10_001,
    limit_ms: 10_000,
    near_limit: 2,
    results: { ok: 1, timeout: 1 },
    dropped: 2,
  });
});

test("a run that goes on is not counted, one that crashed is", () => {
  const joiner = new RunJoiner();
  joiner.add(startRecord(1));
  expect(statsOf(joiner.unfinished(() => true))).toEqual([]);
  expect(statsOf(joiner.unfinished(() => false))[0]).toMatchObject({ runs: 1, failed: 1, max_ms: 0 });
});

test("a quantile is a value of the list with at least its share at or below", () => {
  const share = fc.double({ min: 0.01, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), share, (values, q) => {
      const sorted = [...values].sort((a, b) => a - b);
      const value = quantile(sorted, q);
      const below = sorted.filter((one) => one <= value).length;
      expect(sorted).toContain(value);
      expect(below / sorted.length).toBeGreaterThanOrEqual(q - 1e-9);
    }),
  );
});
