/** What the bench asks of its driver, and what it gets back: plain JSON between two programs. */

export interface Step {
  argv: string[];
  /** argv[0] when absent. */
  path?: string;
  env?: string[];
  /** File for standard input; /dev/null when absent. */
  stdin?: string;
  /** Expected exit status, 0 when absent: a case that fails is not a measurement. */
  status?: number;
  /** Whether its time counts; what only cleans up does not. */
  counted?: boolean;
  /** false lets its standard error through. */
  quiet?: boolean;
}

export interface Case {
  name: string;
  /** Files put back before each turn: from, to. */
  copies?: [from: string, to: string][];
  steps: Step[];
}

export interface Work {
  rounds: number;
  warmup: number;
  cases: Case[];
}

/** Milliseconds per turn, by case. */
export type Samples = { [name: string]: number[] };
