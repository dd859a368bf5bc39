/** What an edit did, or would do: the unified difference on a dry run, one line otherwise. */

import type { Cell, Text } from "./answer.ts";

interface Change {
  changed: boolean;
  dryRun: boolean;
  diff: string;
}

/** `said` is the line for an edit that was made. */
export function changeText(change: Change, said: string): Text {
  if (change.dryRun && change.changed) return diffText(change.diff);
  return [change.changed ? said : `${said} (nothing changed)`];
}

/** A unified difference with its added and removed lines coloured. */
export function diffText(diff: string): Text {
  return diff
    .replace(/\n$/, "")
    .split("\n")
    .map((line): Cell => {
      if (line.startsWith("+++") || line.startsWith("---") || line.startsWith("@@"))
        return { text: line, tone: "faint" };
      if (line.startsWith("+")) return { text: line, tone: "good" };
      return line.startsWith("-") ? { text: line, tone: "bad" } : line;
    });
}
