/**
 * From the text of a definition file to a definition: JSON or YAML by the suffix, hooks.d 1.0.0 or 0.1.0 by the version,
 * every rule of src/plan/lint that needs no file system. All problems of the file are collected, never only the first.
 */

import { locateJson } from "../codec/definition/json.ts";
import { type Located, type LocatedDocument, plainValue } from "../codec/definition/located.ts";
import { locateYaml } from "../codec/definition/yaml.ts";
import type { Definition } from "../spec/definition.ts";
import { isYaml } from "./definition-file.ts";
import { fromLegacy, lintLegacy } from "./legacy.ts";
import { lintConditions } from "./lint/conditions.ts";
import { lintEdits } from "./lint/edits.ts";
import { lintHook } from "./lint/hook.ts";
import { Report } from "./lint/problem.ts";
import type { Mode } from "./lint/rule.ts";
import { lintStages } from "./lint/stages.ts";
import { checkStructure } from "./lint/structure.ts";
import { normalized } from "./normalize.ts";
import { definitionSchema, legacySchema } from "./schema/definition.ts";
import { NAME } from "./schema/words.ts";

export interface ReadDefinition {
  readonly file: string;
  readonly text: string;
  /** The file as it was written, null where it is no document. */
  readonly value: unknown;
  /** Whether it is a 0.1.0 file, where the program is `hook` and not `hook.path`. */
  readonly legacy: boolean;
  /** Absent when the structure is wrong. */
  readonly definition?: Definition;
  /** Of a definition that an image carries: its program, which no path of this host leads to. */
  readonly program?: Uint8Array;
  readonly report: Report;
}

/** Reads the text of `file`; nothing is read from the disk. */
export function readDefinition(file: string, text: string, mode: Mode): ReadDefinition {
  const document = isYaml(file) ? locateYaml(text) : locateJson(text);
  const report = new Report(file, text, document, mode);
  const { root } = document;
  if (root === undefined) return { file, text, value: null, legacy: false, report };
  const value = plainValue(root);
  const version = versionOf(root, report);
  const base = { file, text, value, legacy: version === "0.1.0", report };
  const definition = version === undefined ? undefined : parse(version, document, file, report);
  return definition === undefined ? base : { ...base, definition };
}

function parse(
  version: "1.0.0" | "0.1.0",
  { root }: LocatedDocument,
  file: string,
  report: Report,
): Definition | undefined {
  if (root === undefined) return undefined;
  let definition: Definition | undefined;
  if (version === "0.1.0") {
    const legacy = checkStructure(legacySchema, root, report);
    if (legacy !== undefined && lintLegacy(legacy, report)) definition = fromLegacy(legacy, file);
    if (legacy !== undefined) lintStages(legacy, definition, true, report);
  } else {
    const current = checkStructure(definitionSchema, root, report);
    if (current !== undefined) {
      definition = normalized(current, file);
      lintStages(current, definition, false, report);
      lintEdits(current, report);
    }
  }
  if (definition === undefined) return undefined;
  lintHook(definition, version === "0.1.0", report);
  lintConditions(definition, version === "0.1.0", report);
  if (!NAME.test(definition.name)) {
    report.add(
      "bad-name",
      [],
      `the definition is called ${JSON.stringify(definition.name)} after its file`,
      "rename the file, or give the definition a name of letters, digits, dots, dashes and underscores",
    );
  }
  return definition;
}

/** The version decides how the rest is read; a file without one is 0.1.0, unless it plainly is not. */
function versionOf(root: Located, report: Report): "1.0.0" | "0.1.0" | undefined {
  if (root.kind !== "object") {
    report.add("wrong-type", [], "a definition is an object", "start with version, hook, when and stages");
    return undefined;
  }
  const field = (name: string) => root.entries.findLast(({ key }) => key === name)?.value;
  const version = field("version");
  const text = version?.kind === "scalar" ? (version.value ?? "") : undefined;
  if (version === undefined || text === "") {
    if (field("hook")?.kind !== "object" && field("edits") === undefined) return "0.1.0";
    report.add(
      "bad-version",
      version === undefined ? [] : ["version"],
      "the file has no version, so engines read it as 0.1.0, whose hook is a string",
      'add version: "1.0.0"',
    );
    return "1.0.0";
  }
  if (text === "1.0.0" || text === "0.1.0") return text;
  const found = JSON.stringify(version?.kind === "scalar" ? version.value : plainValue(version ?? root));
  report.add(
    "bad-version",
    ["version"],
    `unrecognized hook version: ${found}`,
    'write version "1.0.0", or "0.1.0" for the old form',
  );
  return undefined;
}
