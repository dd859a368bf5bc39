/**
 * A Failure is an error that a user can reach: it names what was attempted, why it did not work and how to mend it.
 * Mistakes of the programmer stay plain errors, so a stack trace on the terminal always means a bug of ours.
 */

/** Exit statuses of the command line (DESIGN section 6) and of the applets (as `chroot`: 125 to 127, and 124 as `timeout`). */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  timeout: 124,
  own: 125,
  refused: 126,
  missing: 127,
} as const;

export interface FailureOptions {
  /** The mend, one sentence in the imperative. */
  readonly hint?: string;
  /** Process exit status; 1 unless said otherwise. */
  readonly exitCode?: number;
  readonly cause?: unknown;
}

export class Failure extends Error {
  /** Stable, lower_snake_case; a promise to scripts and to the `reason` of an event. */
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: number;

  /** `message` starts with what was attempted: `read /etc/…: …`. */
  constructor(code: string, message: string, options: FailureOptions = {}) {
    super(message);
    this.name = "Failure";
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT.failed;
    if (options.cause !== undefined) this.cause = options.cause;
  }
}

/** The same failure, with what was attempted on a larger scale in front of its message. */
export function failureWithin(what: string, failure: Failure): Failure {
  const { code, hint, exitCode, message } = failure;
  return new Failure(code, `${what}: ${message}`, {
    ...(hint !== undefined && { hint }),
    exitCode,
    cause: failure,
  });
}
