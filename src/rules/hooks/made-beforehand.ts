/**
 * The plan as files for injectors that are not ours: a hooks.d file and a CDI device for each definition that can be said
 * in their words. One that cannot is left out as a whole, with the reason: half a definition would be another one.
 */

import type { Hex, Plan, PlannedDefinition } from "../../spec/plan.ts";
import type { OciHook } from "../../spec/runtime-config.ts";
import { IN_CONTAINER, PRECREATE, type Stage } from "../../spec/stage.ts";
import { runEntry, type Via } from "./own-entry.ts";

export interface Place {
  readonly storeDir: string;
  readonly root: string;
  /** Digest of the plan. */
  readonly plan: Hex;
}

export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

const CDI_KIND = "hookwright.dev/hook";

/** hooks.d 1.0.0 files by name, and what has no place there. */
export function hooksFiles(plan: Plan, place: Place): { files: Map<string, object>; leftOut: LeftOut[] } {
  const files = new Map<string, object>();
  const leftOut: LeftOut[] = [];
  const digits = String(plan.definitions.length).length;
  plan.definitions.forEach((definition, at) => {
    const { name, entry } = definition;
    const why = unfitForHooks(definition);
    if (why !== undefined || entry === undefined) {
      leftOut.push({ name, why: why ?? "it has no hook" });
      return;
    }
    // The order of files is the order of hooks; each stage is an entry of its own, since the guard is told the stage.
    stagesOf(definition).forEach((stage) => {
      const file = `${String(at).padStart(digits, "0")}-${entry.slice(0, 16)}-${stage}.json`;
      const hook = hookOf(definition, entry, stage, plan, place, "hooks.d");
      files.set(file, { version: "1.0.0", hook, when: whenOf(definition), stages: [stage] });
    });
  });
  return { files, leftOut };
}

/** The CDI specification of all definitions, and what has no place there; undefined when there is no device. */
export function cdiSpec(plan: Plan, place: Place): { spec: object | undefined; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const devices: object[] = [];
  for (const definition of plan.definitions) {
    const { name, entry, edits = {} } = definition;
    const why = unfitForCdi(definition);
    if (why !== undefined) {
      leftOut.push({ name, why });
      continue;
    }
    const hooks =
      entry === undefined
        ? []
        : stagesOf(definition).map((stage) => ({
            hookName: stage,
            ...hookOf(definition, entry, stage, plan, place, "cdi"),
          }));
    const { env, mounts, deviceNodes, additionalGids } = edits;
    devices.push({
      name,
      containerEdits: {
        ...(env && { env }),
        ...(deviceNodes && { deviceNodes }),
        ...(mounts && { mounts }),
        ...(hooks.length > 0 && { hooks }),
        ...(additionalGids && { additionalGids }),
      },
    });
  }
  if (devices.length === 0) return { spec: undefined, leftOut };
  return { spec: { cdiVersion: versionFor(plan), kind: CDI_KIND, devices }, leftOut };
}

/** The lowest version that has what is used: an older engine passes over a file of a newer one. */
function versionFor({ definitions }: Plan): string {
  const edits = definitions.map((definition) => definition.edits ?? {});
  if (edits.some(({ additionalGids }) => additionalGids !== undefined)) return "0.7.0";
  // Names that begin with a digit.
  if (definitions.some(({ name }) => /^\d/.test(name))) return "0.5.0";
  return edits.some(({ mounts }) => mounts?.some(({ type }) => type !== undefined)) ? "0.4.0" : "0.3.0";
}

function hookOf(
  { timeout = 10 }: PlannedDefinition,
  entry: Hex,
  stage: Stage,
  { guard }: Plan,
  { storeDir, root, plan }: Place,
  via: Via,
): OciHook {
  return runEntry({ directory: storeDir, guard, entry, stage, plan, runtime: "", via, timeout, root });
}

/** As the wrapper places them: `prestart` became createRuntime upstream. */
function stagesOf({ stages }: PlannedDefinition): Stage[] {
  return [...new Set(stages.map((stage) => (stage === "prestart" ? "createRuntime" : stage)))];
}

function unfitForBoth({ stages }: PlannedDefinition): string | undefined {
  if (stages.includes(PRECREATE)) return "a hook of precreate is run by the wrapper only";
  if (stages.some((stage) => IN_CONTAINER.has(stage)))
    return "a hook of startContainer needs mounts that only the wrapper makes";
  return undefined;
}

function unfitForHooks(definition: PlannedDefinition): string | undefined {
  const { when, edits, position } = definition;
  const kinds = [when.annotations, when.commands, when.hasBindMounts, when.annotationValues].filter(
    Boolean,
  ).length;
  if (edits !== undefined) return "edits are made by the wrapper only";
  const unknown = (["namespaces", "images", "sandbox"] as const).find((key) => when[key] !== undefined);
  if (unknown !== undefined) return `when.${unknown} is a condition that only the wrapper knows`;
  if (when.anyOf === true && (kinds > 1 || (when.annotations ?? []).length > 1))
    return "a 1.0.0 file cannot say that one of several conditions is enough";
  if (position === "prepend") return "its hook goes before all others, which hooks.d has no word for";
  return unfitForBoth(definition);
}

function unfitForCdi(definition: PlannedDefinition): string | undefined {
  const { name, edits = {} } = definition;
  if (!/^[A-Za-z0-9]([A-Za-z0-9_.:-]*[A-Za-z0-9])?$/.test(name)) return "its name is none for a device";
  const unknown = (["removeEnv", "seccomp", "annotations", "rlimits"] as const).filter(
    (key) => edits[key] !== undefined,
  );
  if (unknown.length > 0) return `CDI has no ${unknown.join(", ")}`;
  return unfitForBoth(definition);
}

function whenOf({ when }: PlannedDefinition): object {
  const { always, annotations, commands, hasBindMounts, annotationValues } = when;
  const values = annotationValues?.map(({ source }) => `(?:${source})`).join("|");
  const pairs = values === undefined ? annotations?.map(({ source }) => source) : [[".*", values]];
  return {
    ...(always !== undefined && { always }),
    ...(pairs && pairs.length > 0 && { annotations: Object.fromEntries(pairs) }),
    ...(commands && { commands: commands.map(({ source }) => source) }),
    ...(hasBindMounts !== undefined && { hasBindMounts }),
  };
}
