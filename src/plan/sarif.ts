/** Problems as SARIF 2.1.0, the form in which code scanners and forges take findings. */

import { isAbsolute, relative } from "node:path";
import { pathToFileURL } from "node:url";
import type { Problem } from "./lint/problem.ts";
import { RULES, type RuleId } from "./lint/rule.ts";

export interface SarifOptions {
  /** Version of the tool. */
  version: string;
  /** Files below it are named relative to it, as forges want it. */
  cwd: string;
}

/** A SARIF log of one run. */
export function toSarif(problems: readonly Problem[], { version, cwd }: SarifOptions): object {
  const ids = Object.keys(RULES) as RuleId[];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "hookwright",
            version,
            rules: ids.map((id) => ({
              id,
              shortDescription: { text: RULES[id].summary },
              defaultConfiguration: { level: RULES[id].check === "off" ? "none" : RULES[id].check },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: problems.map((problem) => result(problem, ids.indexOf(problem.rule), cwd)),
      },
    ],
  };
}

function result(
  { rule, severity, message, mend, file, line, column }: Problem,
  ruleIndex: number,
  cwd: string,
): object {
  return {
    ruleId: rule,
    ruleIndex,
    level: severity,
    message: { text: `${message}. Mend: ${mend}.` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file, cwd) },
          region: { startLine: line, startColumn: column },
        },
      },
    ],
  };
}

function uriOf(file: string, cwd: string): string {
  if (!isAbsolute(file)) return encodeURI(file);
  const inside = relative(cwd, file);
  return inside.startsWith("..") || isAbsolute(inside) ? pathToFileURL(file).href : encodeURI(inside);
}
