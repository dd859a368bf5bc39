/** A bundle as people read it: the container in a few lines, then its hooks in the order in which they run. */

import type { HookRow } from "../bundle/hook-rows.ts";
import type { BundleView } from "../commands/bundle-show.ts";
import type { Cell, Text } from "./answer.ts";
import { factLines, shortDigest } from "./words.ts";

export function bundleText(view: BundleView, full: boolean): Text {
  const { process, root } = view;
  const lines: Cell[] = factLines([
    ["bundle", view.bundle],
    ["oci version", view.ociVersion],
    ["runs", process && JSON.stringify(process.args)],
    ["as", process?.uid === undefined ? undefined : `uid ${process.uid}, gid ${process.gid ?? 0}`],
    ["in", process?.cwd],
    ["root", root && `${root.path}${root.readonly ? " (read-only)" : ""}`],
    ["namespaces", view.namespaces.join(", ")],
    ["has", `${view.mounts} mounts, ${process?.env ?? 0} variables, ${view.annotations} annotations`],
    ["seccomp", view.seccomp ? "yes" : "no"],
    ...view.plans.map(({ digest, current }): [string, string] => [
      "plan",
      `${shortDigest(digest, full)}${current ? " (in force)" : " (an older one)"}`,
    ]),
  ]);
  lines.push("", view.hooks.length === 0 ? "No hooks." : "Hooks:", ...view.hooks.map(hookLine));
  return [...lines, ...view.problems.map((problem): Cell => ({ text: `warning: ${problem}`, tone: "warn" }))];
}

function hookLine(row: HookRow): string {
  const who = row.ours === undefined ? row.path : `${row.ours.definition ?? row.ours.kind} (ours)`;
  return `  ${row.stage}[${row.index}]  ${who}`;
}
