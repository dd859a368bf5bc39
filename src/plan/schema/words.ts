/** The small shapes that the formats share: digests, absolute paths, environment words. */

import * as v from "valibot";

/** Where a profile goes: a name, or a path. */
export const PROFILE = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,127}|\/(?:[^/\0]+\/)*[^/\0]+\.json)$/;

/** What a definition may be called: safe as a word of a table, a label and a file name. */
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

export const sha256 = v.pipe(
  v.string(),
  v.regex(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 lower-case hex digits"),
);

export const hex = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits"));

export const absolutePath = v.pipe(v.string(), v.regex(/^\/[^\0]*$/, "must be an absolute path"));

/** An argument: anything that execve can take. */
export const word = v.pipe(v.string(), v.regex(/^[^\0]*$/, "must not contain a NUL character"));

export const envWord = v.pipe(v.string(), v.regex(/^[^=\0]+=[^\0]*$/, "must be NAME=value"));

export const envName = v.pipe(v.string(), v.regex(/^[^=\0]+$/, "must be a variable's name, without ="));

/** A whole number from `least` to `most`, both included. */
export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER) {
  return v.pipe(
    v.number("must be a number"),
    v.integer("must be a whole number"),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  );
}

/** A schema with the sentence that editors show for it. */
export function described<T extends v.GenericSchema>(text: string, schema: T) {
  return v.pipe(schema, v.description(text));
}
