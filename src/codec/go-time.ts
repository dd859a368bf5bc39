/**
 * Times of RFC 3339 as Go's time.Parse takes them, with its messages, which umoci shows; and as Go prints what it has
 * read: at most nanoseconds, no zeros at their end, `Z` for no offset.
 */

import { goQuote } from "./go-quote.ts";

const LAYOUT = "2006-01-02T15:04:05.999999999Z07:00";
const NANOSECOND_DIGITS = 9;

/** Parts of a time in their order: as Go's layout writes them, by what they match, and the range of their value. */
const PARTS = [
  ["2006", /^\d{4}/, 0, 9999, ""],
  ["-", /^-/, 0, 0, ""],
  ["01", /^\d\d/, 1, 12, "month"],
  ["-", /^-/, 0, 0, ""],
  ["02", /^\d\d/, 0, 99, ""],
  ["T", /^T/, 0, 0, ""],
  ["15", /^\d\d?/, 0, 23, "hour"],
  [":", /^:/, 0, 0, ""],
  ["04", /^\d\d/, 0, 59, "minute"],
  [":", /^:/, 0, 0, ""],
  ["05", /^\d\d/, 0, 59, "second"],
] as const;

/** The time as Go prints it. Throws a RangeError with Go's message. */
export function parseTime(text: string): string {
  const refuse = (elem: string, at: string) =>
    new RangeError(
      `parsing time ${goQuote(text)} as ${goQuote(LAYOUT)}: cannot parse ${goQuote(at)} as ${goQuote(elem)}`,
    );
  let rest = text;
  let printed = "";
  for (const [elem, pattern, least, most, name] of PARTS) {
    const [found] = pattern.exec(rest) ?? [];
    if (found === undefined) throw refuse(elem, rest);
    if (name !== "" && (Number(found) < least || Number(found) > most)) throw outOfRange(text, name);
    printed += elem === "15" ? found.padStart(2, "0") : found;
    rest = rest.slice(found.length);
  }
  const [fraction = ""] = /^[.,]\d+/.exec(rest) ?? [];
  rest = rest.slice(fraction.length);
  const [zone] = /^(Z|[+-]\d\d:\d\d)/.exec(rest) ?? [];
  if (zone === undefined) throw refuse("Z07:00", rest);
  if (zone !== "Z" && Number(zone.slice(1, 3)) > 24) throw outOfRange(text, "time zone offset hour");
  if (zone !== "Z" && Number(zone.slice(4)) > 60) throw outOfRange(text, "time zone offset minute");
  if (rest !== zone) {
    const extra = goQuote(rest.slice(zone.length));
    throw new RangeError(`parsing time ${goQuote(text)}: extra text: ${extra}`);
  }
  if (!isDay(printed)) throw outOfRange(text, "day");
  const digits = fraction.slice(1, 1 + NANOSECOND_DIGITS).replace(/0+$/, "");
  return `${printed}${digits === "" ? "" : `.${digits}`}${/^[+-]00:00$/.test(zone) ? "Z" : zone}`;
}

/** As `parseTime`; undefined for what is no time. */
export function goTime(text: string): string | undefined {
  try {
    return parseTime(text);
  } catch {
    return undefined;
  }
}

function isDay(printed: string): boolean {
  const [year = 0, month = 0, day = 0] = printed.slice(0, "2006-01-02".length).split("-").map(Number);
  // Every four hundred years are alike; this keeps JavaScript from taking the years before 100 for those of 1900.
  return day >= 1 && day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}

function outOfRange(text: string, name: string): RangeError {
  return new RangeError(`parsing time ${goQuote(text)}: ${name} out of range`);
}
