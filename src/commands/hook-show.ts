/** `hook show NAME`: one definition as it is written, as it was understood, and as the plan in force has it. */

import { sound } from "../plan/apply.ts";
import { nameOfFile } from "../plan/definition-file.ts";
import { loadDefinitions } from "../plan/definitions.ts";
import { entriesOf } from "../plan/entries.ts";
import { didYouMean } from "../plan/lint/nearest.ts";
import type { Problem } from "../plan/lint/problem.ts";
import { inspectProgram } from "../plan/lint/program.ts";
import { fileName } from "../rules/hooks/order.ts";
import type { Definition } from "../spec/definition.ts";
import { Failure } from "../spec/failure.ts";
import type { Entry, PlannedDefinition } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";

export interface ShownHook {
  name: string;
  file: string;
  /** The file's text; empty when the file is gone. */
  text: string;
  /** Absent when the file is wrong or gone. */
  definition?: Definition;
  /** What is wrong with file and program. */
  problems: readonly Problem[];
  /** The definition in the plan in force, and the guard's orders. */
  planned?: PlannedDefinition;
  entry?: Entry;
}

/** Finds a definition by its name or its file's name. @throws Failure `hook_unknown` */
export async function hookShow(roots: Roots, options: { name: string }): Promise<ShownHook> {
  const { name } = options;
  const { files } = loadDefinitions(roots.definitionDirs, "apply");
  const plan = sound(roots)?.plan;
  const nameOf = (read: (typeof files)[number]) => read.definition?.name ?? nameOfFile(read.file);
  const read = files.find((one) => nameOf(one) === name || fileName(one.file) === name);
  const planned = plan?.definitions.find((one) => one.name === (read === undefined ? name : nameOf(read)));
  if (read === undefined && planned === undefined) {
    const known = files.map(nameOf);
    throw new Failure("hook_unknown", `show the hook ${JSON.stringify(name)}: there is no such definition`, {
      hint: known.length === 0 ? "add one with `hookwright hook add`" : didYouMean(name, known),
    });
  }
  const entry =
    planned?.entry === undefined || plan === undefined
      ? undefined
      : entriesOf(roots, plan).get(planned.entry);
  if (read !== undefined) inspectProgram(read);
  return {
    name: read === undefined ? name : nameOf(read),
    file: read?.file ?? planned?.file ?? "",
    text: read?.text ?? "",
    ...(read?.definition === undefined ? {} : { definition: read.definition }),
    problems: read?.report.problems ?? [],
    ...(planned === undefined ? {} : { planned }),
    ...(entry === undefined ? {} : { entry }),
  };
}
