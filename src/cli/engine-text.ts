/** Engines as people read them: the list, and what enabling or disabling did. */

import type { EngineChange } from "../commands/engine-enable.ts";
import type { Verified } from "../commands/engine-verify.ts";
import type { EngineStanding } from "../engines/standing.ts";
import type { Cell, Table, Text, Tone } from "./answer.ts";
import { diffText } from "./change-text.ts";
import { milliseconds, shortContainer } from "./words.ts";

const TONES: { readonly [S in EngineStanding["state"]]: Tone } = {
  absent: "faint",
  disabled: "faint",
  enabled: "good",
  changed: "bad",
};

export function engineTable(rows: readonly EngineStanding[]): Table {
  return {
    columns: [
      { heading: "ENGINE" },
      { heading: "VERSION" },
      { heading: "STATE" },
      { heading: "CONFIGURATION" },
      { heading: "WHY", flexible: true },
    ],
    rows: rows.map((row) => [
      row.engine,
      row.version ?? "-",
      { text: row.default ? `${row.state}, default` : row.state, tone: TONES[row.state] },
      row.file,
      row.fault ?? row.why,
    ]),
  };
}

type Change = Omit<EngineChange, "wrapper" | "default">;

/** `said` is what was done, such as `enabled`. */
export function engineChangeText(change: Change, said: string): Text {
  if (change.dryRun)
    return change.changed ? diffText(change.diff) : [`${change.engine}: nothing would change`];
  if (!change.changed) return [`${change.engine}: ${said} already`];
  return [`${change.engine}: ${said}`, ...change.files.map((file) => `  ${file}`)];
}

export function engineNotes({ file, why, changed, dryRun, reload, notes }: Change): string[] {
  const chosen = `note: ${file}: ${why}`;
  if (!changed || dryRun) return [chosen, ...notes];
  const { command, note, done } = reload;
  const tail = note === undefined ? "" : ` (${note})`;
  if (command === undefined) return [chosen, ...notes, ...(note === undefined ? [] : [`note: ${note}`])];
  return [chosen, ...notes, done ? `reloaded: ${command}${tail}` : `to reload: ${command}${tail}`];
}

export function verifiedText({ engine, container, events }: Verified, full: boolean): Text {
  return [
    `${engine}: hooks ran in container ${shortContainer(container, full)}`,
    ...events.map(({ hook, stage, result, dur_ms, message }): Cell => {
      const why = message === undefined ? "" : `: ${message}`;
      const text = `  ${stage}  ${hook.name}  ${result}  ${milliseconds(dur_ms)} ms${why}`;
      return { text, tone: result === "ok" ? "good" : "bad" };
    }),
  ];
}
