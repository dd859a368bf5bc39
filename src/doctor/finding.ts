/** What a check finds: how grave it is, what is wrong and where, and the mend. */

export type Severity = "error" | "warning" | "note";

export interface Finding {
  /** Stable, lower_snake_case: a promise to scripts. */
  readonly code: string;
  /**
   * `error`: containers do not start, or hooks do not run, or their records are lost. `warning`: that comes, or something
   * is not as it was left. `note`: a fact about the machine that needs no mend.
   */
  readonly severity: Severity;
  /** One sentence: where, and what is wrong. */
  readonly message: string;
  /** What to do, in the imperative. */
  readonly mend: string;
}

export function finding(severity: Severity, code: string, message: string, mend: string): Finding {
  return { code, severity, message, mend };
}
