/**
 * `hook add FILE|PROGRAM`: installs a definition file, or writes one around a program. Checked first, written in one
 * rename; nothing takes effect before `apply`.
 */

import { existsSync, readFileSync, realpathSync } from "node:fs";
import { mkdirAll } from "../linux/directory.ts";
import { replaceFile } from "../linux/replace.ts";
import { isDefinitionFile } from "../plan/definition-file.ts";
import { DefinitionFailure } from "../plan/draft.ts";
import type { Problem } from "../plan/lint/problem.ts";
import { inspectProgram } from "../plan/lint/program.ts";
import { programOf } from "../plan/program.ts";
import { readDefinition } from "../plan/read-definition.ts";
import { NAME } from "../plan/schema/words.ts";
import { fileName } from "../rules/hooks/order.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface AddOptions {
  /** A definition file, or an executable to write a definition around. */
  source: string;
  /** File name without suffix; that of the source when absent. */
  name?: string;
  /** Replace a definition file of the same name. */
  force?: boolean;
  /** For a program: where it runs; createRuntime when absent. */
  stages?: readonly string[];
  /** For a program: exact annotations to match, `KEY=VALUE`; without any condition it runs for every container. */
  whenAnnotations?: readonly string[];
  /** For a program: patterns of process.args[0]. */
  whenCommands?: readonly string[];
  args?: readonly string[];
  env?: readonly string[];
  /** Seconds. */
  timeout?: number;
  onFailure?: string;
  interpreter?: string;
  dryRun?: boolean;
}

export interface AddResult {
  /** The file that was, or would be, written. */
  file: string;
  text: string;
  replaced: boolean;
  /** Warnings and notes. */
  problems: readonly Problem[];
  next: "run hookwright apply";
}

/** Adds. @throws DefinitionFailure, Failure */
export async function hookAdd(roots: Roots, options: AddOptions): Promise<AddResult> {
  const { source } = options;
  if (!existsSync(source)) {
    throw new Failure("source_missing", `add ${source}: there is no such file`, {
      hint: "give a definition or a program",
    });
  }
  const { name, text } = isDefinitionFile(source) ? copied(options) : wrapped(options);
  const file = `${roots.config}/hooks.d/${name}`;
  const read = readDefinition(file, text, "apply");
  inspectProgram(read);
  if (read.report.failed) throw new DefinitionFailure(read.report.problems);
  const replaced = existsSync(file);
  if (replaced && options.force !== true && readFileSync(file, "utf8") !== text) {
    throw new Failure("definition_exists", `add ${source}: ${file} is there already`, {
      hint: "give another --name, or --force to replace it",
    });
  }
  if (options.dryRun !== true) {
    mkdirAll(`${roots.config}/hooks.d`, 0o755);
    replaceFile(file, text, { mode: 0o644, sync: true });
  }
  return { file, text, replaced, problems: read.report.problems, next: "run hookwright apply" };
}

function copied({ source, name }: AddOptions): { name: string; text: string } {
  const suffix = source.slice(source.lastIndexOf("."));
  return {
    name: name === undefined ? fileName(source) : `${checked(name)}${suffix}`,
    text: readFileSync(source, "utf8"),
  };
}

function wrapped(options: AddOptions): { name: string; text: string } {
  const path = realpathSync(options.source);
  const program = programOf(readFileSync(path));
  if (program.kind === "other") {
    throw new Failure("not_a_program", `add ${options.source}: it is neither a definition nor a program`, {
      hint: "a definition ends with .json, .yaml or .yml; a script starts with #!",
    });
  }
  const base = fileName(path);
  const annotations = Object.fromEntries((options.whenAnnotations ?? []).map(annotation));
  const commands = options.whenCommands ?? [];
  const conditions = {
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    ...(commands.length > 0 ? { commands } : {}),
  };
  const interpreter = options.interpreter ?? (program.kind === "script" ? "pin" : undefined);
  const guard = {
    digest: `sha256:${program.digest}`,
    ...(options.onFailure === undefined ? {} : { onFailure: options.onFailure }),
    ...(interpreter === undefined ? {} : { interpreter }),
  };
  const definition = {
    version: "1.0.0",
    hook: {
      path,
      args: [base, ...(options.args ?? [])],
      env: options.env ?? ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
      timeout: options.timeout ?? 10,
    },
    when: Object.keys(conditions).length > 0 ? conditions : { always: true },
    stages: options.stages ?? ["createRuntime"],
    guard,
  };
  const name = checked(options.name ?? base.replace(/\.[^.]*$/, ""));
  return { name: `${name}.json`, text: `${JSON.stringify(definition, null, 2)}\n` };
}

/** `KEY=VALUE` as patterns that match just that. */
function annotation(word: string): [string, string] {
  const equals = word.indexOf("=");
  if (equals < 1) {
    throw new Failure("bad_annotation", `read --when-annotation ${word}: it is not KEY=VALUE`, {
      hint: "give an annotation's key and value, exactly",
      exitCode: EXIT.usage,
    });
  }
  return [exactly(word.slice(0, equals)), exactly(word.slice(equals + 1))];
}

function exactly(text: string): string {
  return `^${text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`;
}

function checked(name: string): string {
  if (NAME.test(name)) return name;
  throw new Failure("bad_name", `add a definition called ${JSON.stringify(name)}: that cannot be a name`, {
    hint: "use letters, digits, dots, dashes and underscores",
    exitCode: EXIT.usage,
  });
}
