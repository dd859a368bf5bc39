/** `hook list`: every definition of the host, in order, with what the plan in force knows of it. */

import { sound } from "../plan/apply.ts";
import { nameOfFile } from "../plan/definition-file.ts";
import { loadDefinitions } from "../plan/definitions.ts";
import type { Roots } from "../spec/roots.ts";
import type { Stage } from "../spec/stage.ts";

export interface HookRow {
  name: string;
  file: string;
  stages: Stage[];
  /** Absent for a definition of edits only. */
  path?: string;
  /** Seconds. */
  timeout?: number;
  edits: boolean;
  onFailure: "stop" | "continue";
  /** `yes`: in the plan in force; `no`: not applied yet; `gone`: in the plan, but its definition is not there any more. */
  inForce: "yes" | "no" | "gone";
  /** Errors that `apply` would refuse the file for, without looking at programs. */
  errors: number;
}

export interface HookList {
  hooks: HookRow[];
  masked: readonly { readonly file: string; readonly by: string }[];
  notes: readonly string[];
}

/** Lists. Whether a definition changed since it was applied is what `diff` says. */
export async function hookList(roots: Roots): Promise<HookList> {
  const { files, masked, notes } = loadDefinitions(roots.definitionDirs, "apply");
  const planned = new Map((sound(roots)?.plan.definitions ?? []).map((one) => [one.name, one]));
  const hooks = files.map(({ file, definition, report }): HookRow => {
    const name = definition?.name ?? nameOfFile(file);
    const hook = definition?.hook;
    const inForce = planned.delete(name) ? "yes" : "no";
    return {
      name,
      file,
      stages: definition?.stages ?? [],
      ...(hook === undefined ? {} : { path: hook.path, timeout: hook.timeout ?? 10 }),
      edits: definition?.edits !== undefined,
      onFailure: definition?.guard.onFailure ?? "stop",
      inForce,
      errors: report.problems.filter(({ severity }) => severity === "error").length,
    };
  });
  for (const { name, file, stages, timeout, edits, onFailure } of planned.values()) {
    const seconds = timeout === undefined ? {} : { timeout };
    hooks.push({
      name,
      file,
      stages,
      ...seconds,
      edits: edits !== undefined,
      onFailure,
      inForce: "gone",
      errors: 0,
    });
  }
  return { hooks, masked, notes };
}
