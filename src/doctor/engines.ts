/** Engines that were enabled: whether they are here, whether their files still say so, and what they read of the plan. */

import { staleFiles } from "../engines/injected.ts";
import { type Finding, finding } from "./finding.ts";
import type { ExaminedEngine, Subject } from "./subject.ts";

export function checkEngines({ roots, engines, plan }: Subject): Finding[] {
  const stale = plan instanceof Error ? [] : staleFiles(roots);
  return [
    ...engines.flatMap(checkEngine),
    ...stale.map((file) =>
      finding(
        "error",
        "engine_files",
        `${file} is not what the plan in force says: engines that read it run other hooks, or none`,
        "run `hookwright apply`, and find out who changed it",
      ),
    ),
  ];
}

function checkEngine(one: ExaminedEngine): Finding[] {
  const { engine, state, binary, file, fault, mend } = one;
  if (state === "absent" || (state === "disabled" && fault === undefined)) return [];
  if (fault !== undefined) {
    const grave = state === "disabled" ? "warning" : "error";
    return [finding(grave, "engine_fault", `${engine}: ${fault}`, mend ?? "correct what is named")];
  }
  if (binary === undefined) {
    const message = `${engine} is enabled, and its program is not here any more`;
    return [finding("warning", "engine_gone", message, `run \`hookwright engine disable ${engine}\``)];
  }
  if (state !== "changed") return [];
  const message = `${file} does not say any more what \`engine enable ${engine}\` wrote there`;
  const again = `hookwright engine enable ${engine}${one.default ? " --default" : ""}`;
  const write = `see \`${again} --dry-run\`, then run \`${again}\` and reload`;
  return [finding("error", "engine_changed", message, write)];
}
