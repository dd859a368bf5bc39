/**
 * All definitions of a host: the files of the directories, in their order, masked by file name. Everything that stands
 * in the way of a file being read is a problem of that file, never a reason to leave it out in silence.
 */

import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { checkTrusted } from "../linux/trust.ts";
import { maskDefinitions } from "../rules/hooks/mask.ts";
import { sortDefinitions } from "../rules/hooks/order.ts";
import { isDefinitionFile } from "./definition-file.ts";
import { Report } from "./lint/problem.ts";
import type { Mode, RuleId } from "./lint/rule.ts";
import { type ReadDefinition, readDefinition } from "./read-definition.ts";

export interface LoadedDefinitions {
  /** Those that are not masked, in the order in which they are applied. */
  readonly files: ReadDefinition[];
  readonly masked: { readonly file: string; readonly by: string }[];
  /** Files that are no definitions, in words. */
  readonly notes: string[];
}

const LIMIT = 1024 * 1024;

/** Reads the definitions of `directories`, of which a later one masks an earlier one; one that is missing has none. */
export function loadDefinitions(directories: readonly string[], mode: Mode): LoadedDefinitions {
  const notes: string[] = [];
  const listed = directories.map((directory) => listDefinitions(directory, notes));
  const { kept, masked } = maskDefinitions(listed);
  return {
    files: sortDefinitions(kept).map(({ file }) => readDefinitionFile(file, mode)),
    masked: masked.map(({ definition, by }) => ({ file: definition.file, by: by.file })),
    notes,
  };
}

/** Reads one file; what prevents it is a problem in its report. */
export function readDefinitionFile(file: string, mode: Mode): ReadDefinition {
  let bytes: Uint8Array;
  try {
    const real = realpathSync(file);
    if (!statSync(real).isFile())
      return unreadable(file, mode, "missing-file", "it is not a file", "remove it");
    if (statSync(real).size > LIMIT) {
      return unreadable(
        file,
        mode,
        "syntax",
        "it is larger than 1 MiB",
        "a definition is a small file; remove it",
      );
    }
    bytes = readFileSync(real);
    const trust = checkTrusted(real, "data");
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const read = readDefinition(file, text, mode);
    if (!trust.ok) {
      const mend = "whoever may change it may run programs as root: chown root and chmod go-w what is named";
      read.report.addAt("unsafe-definition", 0, trust.message, mend);
    }
    return read;
  } catch (error) {
    if (error instanceof TypeError)
      return unreadable(file, mode, "syntax", "it is not UTF-8", "save it as UTF-8");
    const code = (error as NodeJS.ErrnoException).code;
    if (code === undefined) throw error;
    const why = code === "ENOENT" ? "it is a link that leads nowhere" : `it cannot be read (${code})`;
    return unreadable(
      file,
      mode,
      "missing-file",
      why,
      "correct or remove it; a definition never goes missing in silence",
    );
  }
}

function unreadable(file: string, mode: Mode, rule: RuleId, message: string, mend: string): ReadDefinition {
  const report = new Report(file, "", { problems: [] }, mode);
  report.addAt(rule, 0, message, mend);
  return { file, text: "", value: null, legacy: false, report };
}

function listDefinitions(directory: string, notes: string[]): { file: string }[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  const files: { file: string }[] = [];
  for (const name of names.sort()) {
    if (isDefinitionFile(name)) files.push({ file: `${directory}/${name}` });
    else notes.push(`${directory}/${name}: ignored, its name does not end with .json, .yaml or .yml`);
  }
  return files;
}
