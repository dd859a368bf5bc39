/** One definition as people read it: its file, what is wrong with it, and what the guard was told. */

import type { ShownHook } from "../commands/hook-show.ts";
import type { Cell, Text } from "./answer.ts";
import { problemNotes } from "./plan-text.ts";
import { factLines } from "./words.ts";

export function hookText({ name, file, text, planned, entry, problems }: ShownHook): Text {
  const lines: Cell[] = [
    ...factLines([
      ["name", name],
      ["file", file],
      ["in force", planned === undefined ? "no" : "yes"],
    ]),
  ];
  if (text !== "")
    lines.push(
      "",
      ...text
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => `  ${line}`),
    );
  if (problems.length > 0)
    lines.push("", ...problemNotes(problems).map((line): Cell => ({ text: line, tone: "warn" })));
  if (planned !== undefined) {
    lines.push(
      "",
      "As the plan in force has it:",
      ...factLines([
        ["stages", planned.stages.join(", ")],
        ["on failure", planned.onFailure],
        ["timeout", planned.timeout === undefined ? undefined : `${planned.timeout} s`],
        ["digest", planned.hook && `sha256:${planned.hook}`],
        ["path", entry?.path],
        ["args", entry && JSON.stringify(entry.args)],
        ["env", entry && JSON.stringify(entry.env)],
        ["interpreter", entry?.interpreter?.path],
        ["output kept", entry && `${entry.output} bytes`],
        ["may outlive", entry && (entry.detach === 0 ? "no" : `${entry.detach} s`)],
        ["edits", planned.edits && Object.keys(planned.edits).join(", ")],
      ]).map((line) => `  ${line}`),
    );
  }
  return lines;
}
