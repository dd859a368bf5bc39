/** What is told, and how curl is called to tell it. */

import { type Container, Failure, type Stage } from "hookwright/hook";

/** One line of JSON. An annotation that the container does not have is null. */
export function messageOf(
  { id, annotations }: Container,
  stage: Stage,
  wanted: readonly string[],
  at: Date,
): string {
  const told = Object.fromEntries(wanted.map((key) => [key, annotations[key] ?? null]));
  const event = stage === "poststop" ? "stop" : stage === "poststart" ? "start" : "create";
  return `${JSON.stringify({ event, container: id, time: at.toISOString(), annotations: told })}\n`;
}

/** Left of the hook's time when curl has to have ended, milliseconds. */
const RESERVE = 500;
/** One attempt, and all of them without a guard; seconds. */
const ATTEMPT = 3;
const LONGEST = 30;

/**
 * The words for one POST of standard input, tried again on whatever goes wrong, for `remaining` milliseconds. Only HTTPS, also after a
 * redirection, and nothing that turns verification off: no configuration file, no environment. Throws `Failure` `bad_url`.
 */
export function curlFor(curl: string, url: string, ca: string | undefined, remaining: number): string[] {
  // curl takes [1-3] and {a,b} in an address for several, unless --globoff says otherwise.
  if (!/^https:\/\/[^/@\s]+(\/\S*)?$/.test(url)) {
    throw new Failure("bad_url", `read --url ${url}: it is no https:// address without a password`, {
      hint: "verification of the other side is the point: there is no plain HTTP",
    });
  }
  const seconds = Math.max(0.1, Math.min(LONGEST, (remaining - RESERVE) / 1000));
  return [
    curl,
    "--disable",
    "--globoff",
    "--silent",
    "--show-error",
    "--fail",
    "--proto",
    "=https",
    "--tlsv1.2",
    ...(ca === undefined ? [] : ["--cacert", ca]),
    "--max-time",
    String(Math.min(ATTEMPT, seconds)),
    "--retry",
    "100",
    "--retry-all-errors",
    "--retry-delay",
    "1",
    "--retry-max-time",
    String(Math.floor(Math.max(1, seconds - Math.min(ATTEMPT, seconds)))),
    "--header",
    "Content-Type: application/json",
    "--data-binary",
    "@-",
    "--output",
    "/dev/null",
    "--write-out",
    "%{http_code}",
    "--url",
    url,
  ];
}
