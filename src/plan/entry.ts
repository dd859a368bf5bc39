/** From a definition and its inspected program to the entry that the guard reads, and to the planned definition. */

import { compileImage } from "../rules/hooks/compile-image.ts";
import { compileWhen } from "../rules/hooks/compile-when.ts";
import type { Definition, Edits } from "../spec/definition.ts";
import type { Entry, PlannedDefinition } from "../spec/plan.ts";
import type { Configuration } from "./configuration.ts";
import type { InspectedProgram } from "./lint/program.ts";
import { TIMEOUT } from "./schema/definition.ts";

/** Bytes of each stream that are kept when a definition does not say. */
const OUTPUT = 4096;
/** Seconds that a detached process may live when a definition only says that there may be one. */
const DETACH = 3600;

/** The guard's orders for the hook of a definition. */
export function entryOf(
  definition: Definition,
  inspected: InspectedProgram,
  configuration: Configuration,
): Entry {
  const { hook, guard, when, name } = definition;
  if (hook === undefined) throw new Error(`${name} has no hook`);
  const { interpreter } = inspected;
  return {
    version: 1,
    name,
    path: hook.path,
    hook: inspected.program.digest,
    args: hook.args === undefined || hook.args.length === 0 ? [hook.path] : [...hook.args],
    env: [...(hook.env ?? [])],
    timeout: hook.timeout ?? TIMEOUT.usual,
    onFailure: guard.onFailure ?? "stop",
    output: guard.output ?? OUTPUT,
    detach: typeof guard.allowDetach === "number" ? guard.allowDetach : guard.allowDetach ? DETACH : 0,
    ...(interpreter === undefined
      ? {}
      : {
          interpreter: {
            path: interpreter.path,
            args: interpreter.args,
            ...(interpreter.pinned === undefined ? {} : { digest: interpreter.pinned.digest }),
          },
        }),
    ...(when.namespaces === undefined ? {} : { namespaces: [...when.namespaces] }),
    ...(when.images === undefined ? {} : { images: when.images.map(compileImage) }),
    budget: configuration.containerSeconds,
    events: configuration.events,
  };
}

/** What the plan says of a definition; `digests` are absent for one that only edits. */
export function plannedOf(
  definition: Definition,
  edits: Edits | undefined,
  digests: { entry: string; hook: string; interpreter?: string } | undefined,
): PlannedDefinition {
  const { name, file, when, stages, position, guard, hook } = definition;
  return {
    name,
    file,
    when: compileWhen(when),
    stages: [...stages],
    position,
    onFailure: guard.onFailure ?? "stop",
    ...(hook === undefined ? {} : { timeout: hook.timeout ?? TIMEOUT.usual }),
    ...digests,
    ...(edits === undefined || Object.keys(edits).length === 0 ? {} : { edits }),
  };
}
