/** The time that an image says something was done at: SOURCE_DATE_EPOCH, so that the same work gives the same bytes, or now. */

import { realtime } from "../linux/clock.ts";
import { timeText } from "../rules/image/history.ts";

/** RFC 3339 of `seconds` since 1970; of now when they are not given. */
export function timeOrNow(seconds: number | undefined): string {
  if (seconds !== undefined) return timeText(seconds);
  const now = realtime();
  return timeText(now.seconds, now.nanoseconds);
}
