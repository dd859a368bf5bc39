/** A problem of a definition file: where it is, which rule it breaks, and how to mend it. A report collects all of them. */

import type { Located, LocatedDocument, PathStep } from "../../codec/definition/located.ts";
import { offsetOf } from "../../codec/definition/located.ts";
import { positionAt } from "../../codec/json/position.ts";
import { type Mode, RULES, type RuleId, type Severity } from "./rule.ts";

export interface Problem {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly file: string;
  /** From 1; 1:1 when the problem is the file's as a whole. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** What to do, in the imperative. */
  readonly mend: string;
}

/** `file:line:column: rule-id: message`, then the mend on a line of its own. Control characters are escaped. */
export function problemText({ file, line, column, rule, message, mend }: Problem): string {
  return `${visible(file)}:${line}:${column}: ${rule}: ${visible(message)}\n    ${visible(mend)}`;
}

/** Rules about what is absent: they say nothing of a file from which what does not fit was left out. */
const OF_ABSENCE: ReadonlySet<RuleId> = new Set([
  "missing-field",
  "never-matches",
  "no-env",
  "timeout-missing",
  "without-hook",
  "does-nothing",
]);

/** The problems of one file, in the order of the text. */
export class Report {
  readonly file: string;
  readonly mode: Mode;
  /** Set when parts of the file did not fit and were left out. */
  partial = false;
  private readonly text: string;
  private readonly root: Located | undefined;
  private readonly found: (Problem & { offset: number })[] = [];

  constructor(file: string, text: string, document: LocatedDocument, mode: Mode) {
    this.file = file;
    this.mode = mode;
    this.text = text;
    this.root = document.root;
    this.partial = document.problems.some(({ rule }) => rule === "syntax");
    for (const { rule, at, message, mend } of document.problems) this.addAt(rule, at, message, mend);
  }

  /** Adds a problem at a path; `key` points at the key instead of the value. */
  add(rule: RuleId, path: readonly PathStep[], message: string, mend: string, key = false): void {
    this.addAt(rule, this.root === undefined ? 0 : offsetOf(this.root, path, key), message, mend);
  }

  addAt(rule: RuleId, offset: number, message: string, mend: string): void {
    const severity = RULES[rule][this.mode];
    if (severity === "off" || (this.partial && OF_ABSENCE.has(rule))) return;
    const place = positionAt(this.text, offset);
    this.found.push({ rule, severity, file: this.file, ...place, message, mend, offset });
  }

  get problems(): Problem[] {
    const sorted = [...this.found].sort((a, b) => a.offset - b.offset);
    return sorted.map(({ offset: _, ...problem }) => problem);
  }

  get failed(): boolean {
    return this.found.some(({ severity }) => severity === "error");
  }
}

/** A path as a person writes it: `hook.args[1]`, `when.annotations["^a$"]`. */
export function pathText(path: readonly PathStep[]): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[$A-Za-z_][\w$]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${JSON.stringify(step)}]`;
  }
  return text;
}

function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => JSON.stringify(c).slice(1, -1));
}
