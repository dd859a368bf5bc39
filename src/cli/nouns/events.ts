/** `events`, `events show` and `stats`: the log of hook runs, read. */

import { type Filter, RESULTS } from "../../observe/filter.ts";
import type { Run } from "../../observe/runs.ts";
import { EXIT, Failure } from "../../spec/failure.ts";
import { STAGES } from "../../spec/stage.ts";
import type { Answer, Cell, Column, Item } from "../answer.ts";
import type { Call, Flag, Noun, Verb } from "../grammar.ts";
import { counted, milliseconds, percent, shortContainer, shortRun, standing } from "../words.ts";

const FILTER_FLAGS: readonly Flag[] = [
  { name: "hook", value: "NAME", repeat: true, completes: "hook", summary: "only runs of this hook" },
  {
    name: "stage",
    value: "STAGE",
    repeat: true,
    choices: STAGES,
    completes: "stage",
    summary: "only runs at this stage",
  },
  {
    name: "container",
    value: "ID",
    repeat: true,
    completes: "container",
    summary: "only runs for containers whose id begins so",
  },
  {
    name: "result",
    value: "RESULT",
    repeat: true,
    choices: RESULTS,
    summary: "only runs that ended so; failed is all but ok and running",
  },
  {
    name: "since",
    value: "TIME",
    summary: "only runs that started then or later: 10m, 2h, 7d, or an RFC 3339 time",
  },
  { name: "until", value: "TIME", summary: "only runs that started before then" },
];

const COLUMNS: readonly Column[] = [
  { heading: "TIME" },
  { heading: "RUN" },
  { heading: "HOOK" },
  { heading: "STAGE" },
  { heading: "CONTAINER" },
  { heading: "RESULT" },
  { heading: "MS", align: "right" },
  { heading: "REASON", flexible: true },
];
/** For `--follow`, where later rows are not known. */
const WIDTHS = [24, 18, 16, 15, 12, 7, 7, 0];

const list: Verb = {
  kind: "verb",
  name: "events",
  summary: "list the runs of hooks",
  description: [
    "A run is listed when it has ended. One whose guard was killed is `crashed`; one that goes on is `running`.",
    "--format json prints one JSON document a line.",
  ],
  examples: [
    { command: "hookwright events --since 1h --result failed", means: "what went wrong in the last hour" },
    { command: "hookwright events --follow --hook bridge-network", means: "watch one hook" },
    { command: "hookwright events --format '{{.hook.name}} {{.dur_ms}}'", means: "two fields of each run" },
  ],
  flags: [
    ...FILTER_FLAGS,
    { name: "last", short: "n", value: "N", summary: "only the last N runs" },
    { name: "follow", short: "f", summary: "go on printing runs as they end" },
  ],
  async run(call) {
    const { listRuns, watchRuns } = await import("../../commands/events.ts");
    const filter = await filterOf(call);
    const last = lastOf(call);
    if (call.flags.on("follow")) {
      const past = last ?? (filter.since === undefined ? 0 : Number.POSITIVE_INFINITY);
      const runs = watchRuns(call.roots, filter, call.stop, past);
      return { kind: "stream", columns: COLUMNS, widths: WIDTHS, items: itemsOf(runs, call.full) };
    }
    const { runs, bad } = listRuns(call.roots, filter, last);
    return {
      kind: "whole",
      data: runs,
      jsonLines: true,
      view: { columns: COLUMNS, rows: runs.map((run) => rowOf(run, call.full)), empty: "no runs" },
      names: runs.map((run) => run.run),
      notes: badLines(bad),
    };
  },
};

const show: Verb = {
  kind: "verb",
  name: "show",
  summary: "show one run in full, with its output and what to do",
  examples: [
    { command: "hookwright events show 019ab3c4-5d6e-7f80", means: "the beginning of an id is enough" },
    {
      command: "hookwright events show 019ab3c4-5d6e-7f80 --format '{{.end.stderr.tail}}'",
      means: "one field of it",
    },
  ],
  arguments: [{ name: "RUN", summary: "id of the run, or its beginning", completes: "run" }],
  async run({ roots, args }) {
    const { showRun } = await import("../../commands/events-show.ts");
    const { runText } = await import("../run-text.ts");
    const run = showRun(roots, args[0] ?? "");
    return { kind: "whole", data: run, view: runText(run), names: [run.run] };
  },
};

export const events: Noun = {
  kind: "noun",
  name: "events",
  summary: "list the runs of hooks, or show one",
  examples: list.examples,
  bare: list,
  children: [show],
};

export const stats: Verb = {
  kind: "verb",
  name: "stats",
  summary: "sum up the runs per hook and stage",
  description: ["NEAR counts runs that took at least 80 % of their limit; they will time out one day."],
  examples: [
    { command: "hookwright stats --since 7d", means: "how the hooks did this week, the worst first" },
    { command: "hookwright stats --hook bridge-network --format json", means: "one hook, for a script" },
  ],
  flags: FILTER_FLAGS,
  async run(call): Promise<Answer> {
    const { computeStats } = await import("../../commands/stats.ts");
    const { hooks, bad } = computeStats(call.roots, await filterOf(call));
    const right = "right" as const;
    const columns: Column[] = [
      { heading: "HOOK" },
      { heading: "STAGE" },
      { heading: "RUNS", align: right },
      { heading: "FAILED", align: right },
      { heading: "RATE", align: right },
      { heading: "P50 MS", align: right },
      { heading: "P95 MS", align: right },
      { heading: "MAX MS", align: right },
      { heading: "LIMIT MS", align: right },
      { heading: "NEAR", align: right },
    ];
    const rows = hooks.map((one): Cell[] => [
      one.hook,
      one.stage,
      String(one.runs),
      one.failed > 0 ? { text: String(one.failed), tone: "bad" } : "0",
      percent(one.failure_rate),
      milliseconds(one.p50_ms),
      milliseconds(one.p95_ms),
      milliseconds(one.max_ms),
      String(one.limit_ms),
      one.near_limit > 0 ? { text: String(one.near_limit), tone: "warn" } : "0",
    ]);
    const dropped = hooks.reduce((sum, one) => sum + one.dropped, 0);
    return {
      kind: "whole",
      data: hooks,
      view: { columns, rows, empty: "no runs" },
      names: [...new Set(hooks.map((one) => one.hook))],
      notes: [
        ...badLines(bad),
        ...(dropped > 0 ? [`${dropped} records could not be written and are not counted`] : []),
      ],
    };
  },
};

async function filterOf({ flags }: Call): Promise<Filter> {
  const { timeOf } = await import("../../observe/filter.ts");
  const now = Date.now();
  const filter: Filter = {
    hooks: flags.list("hook"),
    stages: flags.list("stage"),
    containers: flags.list("container"),
    results: flags.list("result"),
  };
  const since = flags.text("since");
  const until = flags.text("until");
  if (since !== undefined) filter.since = timeOf("--since", since, now);
  if (until !== undefined) filter.until = timeOf("--until", until, now);
  return filter;
}

function lastOf({ flags }: Call): number | undefined {
  const words = flags.text("last");
  if (words === undefined || /^\d+$/.test(words)) return words === undefined ? undefined : Number(words);
  throw new Failure("usage", `read --last ${JSON.stringify(words)}: it is not a count`, {
    hint: "Say how many runs, such as --last 20.",
    exitCode: EXIT.usage,
  });
}

function badLines(bad: number): string[] {
  if (bad === 0) return [];
  return [
    `${counted(bad, "line")} of the log could not be read and ${bad === 1 ? "was" : "were"} passed over`,
  ];
}

async function* itemsOf(runs: AsyncIterable<Run>, full: boolean): AsyncGenerator<Item> {
  for await (const run of runs) yield { data: run, row: rowOf(run, full), name: run.run };
}

function rowOf(run: Run, full: boolean): Cell[] {
  return [
    full ? run.started : `${run.started.slice(0, 23)}Z`,
    shortRun(run.run, full),
    run.hook.name,
    run.stage,
    shortContainer(run.container.id, full),
    standing(run.result),
    run.dur_ms === undefined ? "" : milliseconds(run.dur_ms),
    run.message ?? run.reason ?? "",
  ];
}
