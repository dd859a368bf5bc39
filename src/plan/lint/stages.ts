/** Rules about stages: what may be listed, with and without a hook, and what listing it leads to. */

import type { Definition } from "../../spec/definition.ts";
import { PRECREATE } from "../../spec/stage.ts";
import type { DefinitionFile, LegacyFile } from "../schema/definition.ts";
import type { Report } from "./problem.ts";

/** Judges the stages as they were written; `definition` is the same in normal form, when there is one. */
export function lintStages(
  value: DefinitionFile | LegacyFile,
  definition: Definition | undefined,
  legacy: boolean,
  report: Report,
): void {
  const field = "stage" in value && value.stage !== undefined ? "stage" : "stages";
  const stages: readonly string[] | undefined =
    field === "stage" && "stage" in value ? value.stage : value.stages;
  if (definition?.source !== undefined) {
    lintSource(value, report);
    return;
  }
  if (definition?.record !== undefined) {
    lintRecord(definition, stages, report);
    return;
  }
  if (value.hook === undefined) {
    lintWithoutHook(stages ?? [], definition, report);
    return;
  }
  if (stages === undefined) {
    if (!legacy) report.add("missing-field", [], "stages is missing", "add stages, such as [createRuntime]");
    return;
  }
  if (stages.length === 0) {
    report.add(
      "never-matches",
      [field],
      "no stage is listed, so the hook never runs",
      "list a stage, or remove the file",
    );
  }
  for (const [i, stage] of stages.entries()) {
    if (stage === "prestart") {
      const message = "prestart is deprecated; Podman, CRI-O and Hookwright run it as createRuntime";
      report.add("prestart-deprecated", [field, i], message, "write createRuntime");
    }
    if (stage === PRECREATE && (legacy || !isOurs(value))) {
      report.add(
        "podman-stage",
        [field, i],
        "Podman runs this program at precreate to filter config.json; Hookwright takes edits that it prints",
        "for one that prints edits, give the definition a name; else put what it changes into edits",
      );
    }
    if (stages.indexOf(stage) < i) {
      report.add(
        "repeated-stage",
        [field, i],
        `${stage} is listed twice, so the hook runs twice`,
        "list it once",
      );
    }
  }
}

/** Whether the file says something that hooks.d has no word for: then it was not written for Podman. */
function isOurs(value: DefinitionFile | LegacyFile): boolean {
  return ["name", "guard", "edits", "position"].some((field) => field in value);
}

/** The recorder is the hook, and knows its stages; its filter takes the place of any other. */
function lintRecord(definition: Definition, stages: readonly string[] | undefined, report: Report): void {
  const tell = (path: string[], message: string, mend: string) =>
    report.add("record-alone", path, message, mend);
  if (definition.hook !== undefined)
    tell(["hook"], "a definition records or runs a hook, not both", "write two definitions");
  if (stages !== undefined)
    tell(["stages"], "a recording has its own stages, the container's creation and its end", "remove stages");
  if (definition.edits?.seccomp !== undefined && definition.record?.filter !== "own")
    tell(
      ["edits", "seccomp"],
      "the recording's permissive filter takes the profile's place",
      "remove it, or say record.filter: own",
    );
}

/** What the image carries has its own program, stages and edits; the host only says for which containers. */
function lintSource(value: DefinitionFile | LegacyFile, report: Report): void {
  for (const field of ["hook", "stages", "edits", "record", "guard", "position"]) {
    if (!(field in value)) continue;
    report.add("source-alone", [field], `${field} comes from the image`, `remove ${field}`, true);
  }
}

function lintWithoutHook(
  stages: readonly string[],
  definition: Definition | undefined,
  report: Report,
): void {
  for (const [i, stage] of stages.entries()) {
    if (stage === "precreate") continue;
    const message = `there is no hook to run at ${stage}; edits are made before the container is created`;
    report.add("without-hook", ["stages", i], message, "remove stages, or add a hook");
  }
  if (definition !== undefined && Object.keys(definition.edits ?? {}).length === 0) {
    report.add("does-nothing", [], "the definition has neither a hook nor edits", "add hook or edits");
  }
}
