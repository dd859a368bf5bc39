/** `hook check FILE…`: lints hooks.d files of any project, without installing them. */

import { readDefinitionFile } from "../plan/definitions.ts";
import type { Problem } from "../plan/lint/problem.ts";
import { inspectProgram } from "../plan/lint/program.ts";
import { lintSet } from "../plan/lint/set.ts";
import { toSarif } from "../plan/sarif.ts";
import { sortDefinitions } from "../rules/hooks/order.ts";

export interface CheckOptions {
  files: readonly string[];
  /** Whether programs are looked for on this machine; true when absent. False for files that are meant for another. */
  programs?: boolean;
}

export interface CheckResult {
  /** In the order of files and lines. */
  problems: Problem[];
  errors: number;
  warnings: number;
  files: number;
}

/** Checks; problems are the result, not a failure. */
export async function hookCheck(options: CheckOptions): Promise<CheckResult> {
  const { files, programs = true } = options;
  const reads = sortDefinitions(files.map((file) => ({ file }))).map(({ file }) =>
    readDefinitionFile(file, "check"),
  );
  lintSet(reads);
  if (programs) for (const read of reads) inspectProgram(read);
  const problems = reads.flatMap(({ report }) => report.problems);
  const count = (severity: Problem["severity"]) => problems.filter((one) => one.severity === severity).length;
  return { problems, errors: count("error"), warnings: count("warning"), files: files.length };
}

/** The same as SARIF 2.1.0. */
export function checkSarif({ problems }: CheckResult, version: string, cwd: string): object {
  return toSarif(problems, { version, cwd });
}
