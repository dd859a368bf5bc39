/**
 * The entry: the guard's orders for one hook. Its bytes are pinned by the digest in config.json, so a shape that does
 * not fit means a guard and an `apply` of different versions, not an attack; it is refused all the same.
 */

import { hexOf } from "../codec/hex.ts";
import { decode, sha256 } from "../linux/primitive.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Entry, Hex } from "../spec/plan.ts";

/** Entries are canonical JSON of a few hundred bytes; this is far beyond any that `apply` writes. */
export const MAX_ENTRY_BYTES = 1024 * 1024;

/** The longest that a hook may take, whatever an entry says; seconds. */
const CEILING = 30;
/** The most output that is kept of one stream, whatever an entry says; bytes. */
const MAX_OUTPUT = 1024 * 1024;

/** Checks digest and shape. Throws `Failure` `digest_mismatch` or `entry_invalid`, exit status 126. */
export function parseEntry(bytes: Uint8Array, digest: Hex, path: string): Entry {
  if (hexOf(sha256(bytes)) !== digest) {
    throw new Failure(
      "digest_mismatch",
      `read the plan entry ${path}: its content is not what its name says`,
      {
        hint: "run `hookwright apply`, which writes the store anew, and find out who changed it",
        exitCode: EXIT.refused,
      },
    );
  }
  const wrong = (what: string) =>
    new Failure("entry_invalid", `read the plan entry ${path}: ${what}`, {
      hint: "run `hookwright apply` with the version that is installed, then create the container again",
      exitCode: EXIT.refused,
    });
  let value: unknown;
  try {
    value = JSON.parse(decode(bytes));
  } catch {
    throw wrong("not JSON");
  }
  const fault = faultOf(value);
  if (fault !== undefined) throw wrong(fault);
  const entry = value as Entry;
  return { ...entry, timeout: Math.min(entry.timeout, CEILING), output: Math.min(entry.output, MAX_OUTPUT) };
}

function faultOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "not an object";
  const entry = value as { [key in keyof Entry]: unknown };
  if (entry.version !== 1) return "its version is not 1";
  if (typeof entry.name !== "string" || entry.name === "") return "`name` is not text";
  if (typeof entry.path !== "string" || entry.path[0] !== "/") return "`path` is not absolute";
  if (!isDigest(entry.hook)) return "`hook` is no digest";
  if (!isWords(entry.args) || entry.args.length === 0) return "`args` is not a list of words";
  if (!isWords(entry.env)) return "`env` is not a list of words";
  if (!isAmount(entry.timeout) || entry.timeout <= 0) return "`timeout` is no number of seconds";
  if (!isAmount(entry.budget) || entry.budget <= 0) return "`budget` is no number of seconds";
  if (!isAmount(entry.detach)) return "`detach` is no number of seconds";
  if (!isAmount(entry.output)) return "`output` is no number of bytes";
  if (entry.onFailure !== "stop" && entry.onFailure !== "continue") return "`onFailure` is unknown";
  if (entry.namespaces !== undefined && !isWords(entry.namespaces))
    return "`namespaces` is not a list of words";
  if (entry.images !== undefined && !areImages(entry.images)) return "`images` is not a list of images";
  if (!isSinks(entry.events)) return "`events` does not say where events go";
  return entry.interpreter === undefined ? undefined : interpreterFault(entry.interpreter);
}

function interpreterFault(value: unknown): string | undefined {
  const interpreter = value as NonNullable<Entry["interpreter"]> | null;
  if (typeof interpreter !== "object" || interpreter === null) return "`interpreter` is not an object";
  if (typeof interpreter.path !== "string" || interpreter.path[0] !== "/")
    return "`interpreter.path` is not absolute";
  if (!isWords(interpreter.args)) return "`interpreter.args` is not a list of words";
  if (interpreter.digest !== undefined && !isDigest(interpreter.digest))
    return "`interpreter.digest` is no digest";
  return undefined;
}

function areImages(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((one: { [key: string]: unknown } | null) => isWords([one?.digest, one?.source]))
  );
}

function isSinks(value: unknown): boolean {
  const sinks = value as Entry["events"] | null;
  return typeof sinks === "object" && sinks !== null && isAmount(sinks.maxBytes) && isAmount(sinks.keep);
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** Words that execve can take: a NUL would end one early. */
function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((word) => typeof word === "string" && !word.includes("\0"));
}

function isDigest(value: unknown): value is Hex {
  return typeof value === "string" && value.length === 64 && !value.includes("/");
}
