/** From a 1.0.0 file that fits its schema to the normal form of a definition. */

import type { Definition, When } from "../spec/definition.ts";
import { isStage } from "../spec/stage.ts";
import { nameOfFile } from "./definition-file.ts";
import type { DefinitionFile } from "./schema/definition.ts";

/** The definition; absent fields stay absent, so nothing claims to have been said that was not. */
export function normalized(value: DefinitionFile, file: string): Definition {
  const { when, hook, edits, record, source, guard } = value;
  const conditions: When = {};
  if (when?.always !== undefined) conditions.always = when.always;
  if (when?.annotations !== undefined) conditions.annotations = when.annotations;
  if (when?.commands !== undefined) conditions.commands = when.commands;
  if (when?.hasBindMounts !== undefined) conditions.hasBindMounts = when.hasBindMounts;
  if (when?.namespaces !== undefined) conditions.namespaces = when.namespaces;
  if (when?.images !== undefined) conditions.images = when.images;
  if (when?.sandbox === true) conditions.sandbox = true;
  return {
    name: value.name ?? nameOfFile(file),
    file,
    ...(hook === undefined ? {} : { hook }),
    when: conditions,
    stages: (value.stages ?? []).filter(isStage),
    ...(edits === undefined ? {} : { edits }),
    ...(record === undefined ? {} : { record }),
    ...(source === undefined ? {} : { source }),
    guard: guard ?? {},
    position: value.position ?? "append",
  };
}
