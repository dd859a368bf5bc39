/** Rules about fields that only Hookwright has and that their schema cannot judge alone. */

import type { DefinitionFile } from "../schema/definition.ts";
import type { Report } from "./problem.ts";
import { looksSecret } from "./secret.ts";

export function lintEdits(value: DefinitionFile, report: Report): void {
  for (const [i, variable] of (value.edits?.env ?? []).entries()) {
    const why = looksSecret(variable);
    if (why === undefined) continue;
    const mend = "keep it in a file that only root can read, and attach the hook env with --file NAME=PATH";
    report.add(
      "secret-in-edits",
      ["edits", "env", i],
      `the variable ${why}; the plan keeps what is written here, for all to read`,
      mend,
    );
  }
}
