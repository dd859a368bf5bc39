/** What was left behind, as people read it. */

import type { LeftBehind, Reconciled } from "../commands/reconcile.ts";
import type { Cell, Table } from "./answer.ts";
import { counted, shortContainer } from "./words.ts";

export function reconcileTable({ undone, failed, kept, groups }: Reconciled, full: boolean): Table {
  const row = ({ hook, container, pieces }: LeftBehind, result: Cell, why: string): Cell[] => [
    shortContainer(container, full),
    hook,
    result,
    why === "" ? counted(pieces, "piece") : why,
  ];
  return {
    columns: [
      { heading: "CONTAINER" },
      { heading: "HOOK" },
      { heading: "RESULT" },
      { heading: "WHAT", flexible: true },
    ],
    rows: [
      ...undone.map((one) => row(one, { text: "undone", tone: "good" }, "")),
      ...failed.map((one) => row(one, { text: "failed", tone: "bad" }, one.message.split("\n").at(-1) ?? "")),
      ...kept.map((one) => row(one, { text: one.because, tone: "faint" }, "")),
      ...groups.map((path): Cell[] => ["", "", { text: "removed", tone: "good" }, path]),
    ],
    empty: "nothing is left",
  };
}
