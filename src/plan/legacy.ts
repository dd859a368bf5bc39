/**
 * hooks.d 0.1.0, as go.podman.io/common/pkg/hooks reads it: three fields have synonyms of which one may be set, any
 * condition that holds is enough, and annotation patterns are compared with values only.
 */

import type { Definition, When } from "../spec/definition.ts";
import { isRuntimeStage } from "../spec/stage.ts";
import { nameOfFile } from "./definition-file.ts";
import type { Report } from "./lint/problem.ts";
import type { LegacyFile } from "./schema/definition.ts";

const SYNONYMS = [
  ["stages", "stage"],
  ["cmds", "cmd"],
  ["annotations", "annotation"],
] as const;

/** Reports what the schema cannot say; true when a definition can be made. */
export function lintLegacy(value: LegacyFile, report: Report): boolean {
  for (const [name, synonym] of SYNONYMS) {
    if (value[name] === undefined || value[synonym] === undefined) continue;
    report.add("both-synonyms", [synonym], `both ${name} and ${synonym} are set`, `keep ${name} only`, true);
  }
  if (value.stages !== undefined || value.stage !== undefined) return true;
  report.add("missing-field", [], "stages is missing", "add stages");
  return false;
}

/** The definition that a 0.1.0 file stands for. */
export function fromLegacy(value: LegacyFile, file: string): Definition {
  const when: When = { anyOf: true };
  const annotations = value.annotations ?? value.annotation;
  const commands = value.cmds ?? value.cmd;
  if (annotations !== undefined) when.annotationValues = annotations;
  if (commands !== undefined) when.commands = commands;
  if (value.hasbindmounts !== undefined) when.hasBindMounts = value.hasbindmounts;
  const args = value.arguments;
  return {
    name: nameOfFile(file),
    file,
    hook: args === undefined ? { path: value.hook } : { path: value.hook, args: [value.hook, ...args] },
    when,
    stages: (value.stages ?? value.stage ?? []).filter(isRuntimeStage),
    guard: {},
    position: "append",
  };
}
