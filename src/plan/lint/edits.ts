/** Rules about fields that only Hookwright has and that their schema cannot judge alone. */

import type { DefinitionFile } from "../schema/definition.ts";
import type { Report } from "./problem.ts";
import { looksSecret } from "./secret.ts";

export function lintEdits(value: DefinitionFile, report: Report): void {
  for (const [i, variable] of (value.edits?.env ?? []).entries()) {
    const why = looksSecret(variable);
    if (why === undefined) continue;
    const mend = "let the hook fetch it when it runs; config.json and events keep what is written here";
    report.add("secret-like", ["edits", "env", i], `the variable ${why}`, mend);
  }
}
