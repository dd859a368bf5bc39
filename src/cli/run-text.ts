/** One run as people read it: what ran where, how it ended, what it said, what to do. */

import type { ShownRun } from "../commands/events-show.ts";
import type { OutputTail } from "../spec/event.ts";
import type { Cell, Text } from "./answer.ts";
import { counted, factLines, milliseconds, standing } from "./words.ts";

export function runText(run: ShownRun): Text {
  const { end } = run;
  const facts: [string, string | undefined][] = [
    ["hook", `${run.hook.name} (${run.hook.path})`],
    ["digest", run.hook.digest === "" ? undefined : run.hook.digest],
    ["stage", run.stage],
    ["container", run.container.id],
    ["bundle", run.container.bundle],
    ["engine", end?.engine],
    ["runtime", end?.runtime],
    ["plan", run.plan],
    ["argv", run.argv && JSON.stringify(run.argv)],
    ["started", run.started],
    ["took", run.dur_ms === undefined ? undefined : tookOf(run.dur_ms, run.limit_ms)],
    ["exit", end?.exit === undefined ? undefined : String(end.exit)],
    ["signal", end?.signal === undefined ? undefined : String(end.signal)],
    ["on failure", end?.onFailure],
    ["killed", end?.killed ? `${counted(end.killed, "process")} of the hook's tree` : undefined],
    [
      "detached",
      end?.detached
        ? `${counted(end.detached, "process")} left running, as the definition allows`
        : undefined,
    ],
    ["used", end?.rusage && usedOf(end.rusage)],
  ];
  const why = run.message ?? run.reason;
  const { text, tone } = standing(run.result);
  const [result = "", ...others] = factLines([
    ["result", why === undefined ? text : `${text}: ${why}`],
    ...facts,
  ]);
  const lines: Cell[] = [`run ${run.run}`, { text: result, tone }, ...others];
  lines.push(...tailOf("standard output", end?.stdout), ...tailOf("standard error", end?.stderr));
  if (run.advice.length > 0)
    lines.push("", "What to do:", ...run.advice.map((sentence) => `  - ${sentence}`));
  return lines;
}

function tookOf(ms: number, limit: number | undefined): string {
  return limit === undefined ? `${milliseconds(ms)} ms` : `${milliseconds(ms)} ms of ${limit} ms`;
}

function usedOf(rusage: { user_ms: number; system_ms: number; max_rss_kb: number }): string {
  const { user_ms, system_ms, max_rss_kb } = rusage;
  return `${milliseconds(user_ms)} ms user, ${milliseconds(system_ms)} ms system, ${max_rss_kb} KB at most`;
}

function tailOf(name: string, output: OutputTail | undefined): string[] {
  if (output === undefined || output.bytes === 0) return [];
  const kept = new TextEncoder().encode(output.tail).length;
  const title = output.bytes > kept ? `${name} (the last of ${output.bytes} bytes):` : `${name}:`;
  return [
    "",
    title,
    ...output.tail
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}
