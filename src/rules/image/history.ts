/** Entries of an image's history (config.md, `history`). */

import { parseTime } from "../../codec/go-time.ts";
import { Failure } from "../../spec/failure.ts";
import type { History } from "../../spec/image.ts";

/** What a caller wants an entry to say in place of what it says by itself. */
export interface HistoryWords {
  readonly author?: string;
  readonly comment?: string;
  /** RFC 3339. */
  readonly created?: string;
  readonly createdBy?: string;
}

export interface HistoryOrigin {
  /** Such as `umoci config`. */
  readonly createdBy: string;
  /** Of the image. */
  readonly author: string | undefined;
  /** RFC 3339. */
  readonly now: string;
  /** Whether no layer goes with the entry. */
  readonly empty: boolean;
}

/** The entry for a change. Throws `Failure` `time_invalid`. */
export function historyEntry(words: HistoryWords, origin: HistoryOrigin): History {
  const author = words.author ?? origin.author;
  return {
    created: words.created === undefined ? origin.now : timeOf(words.created, "parsing --history.created"),
    created_by: words.createdBy ?? origin.createdBy,
    ...(author && { author }),
    ...(words.comment && { comment: words.comment }),
    ...(origin.empty && { empty_layer: true }),
  };
}

/** A time that a user gave, as it is written into an image. Throws `Failure` `time_invalid`. */
export function timeOf(text: string, what: string): string {
  try {
    return parseTime(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Failure("time_invalid", `${what}: ${error.message}`, {
      hint: "Give a time such as 2026-01-31T12:00:00Z.",
    });
  }
}

/** Seconds since 1970, with up to nine digits of nanoseconds, as RFC 3339. */
export function timeText(seconds: number, nanoseconds = 0): string {
  const whole = new Date(seconds * 1000);
  if (Number.isNaN(whole.getTime()) || whole.getUTCFullYear() < 0 || whole.getUTCFullYear() > 9999) {
    throw new Failure("time_invalid", `write the time ${seconds}: year outside of range [0,9999]`, {
      hint: "Give seconds since 1970, such as those of `date +%s`.",
    });
  }
  const digits = nanoseconds === 0 ? "" : `.${String(nanoseconds).padStart(9, "0")}`;
  return parseTime(`${whole.toISOString().slice(0, "2006-01-02T15:04:05".length)}${digits}Z`);
}
