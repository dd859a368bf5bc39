/**
 * Which element of a list as it was read each element of the list as it is now came from. Objects and lists are known by
 * identity; of equal scalars the first now is the first then, and so on.
 */

import { Failure } from "../../spec/failure.ts";
import type { Json } from "../../spec/runtime-config.ts";
import type { Shape } from "./tokenize.ts";

/**
 * For each element of `now` its index in the text, or undefined when it is new. What is new in the place of something
 * that is gone has that one's index. Throws a `Failure` `json_ambiguous` when one of several numbers is gone that
 * differ in the text and are equal in JavaScript: which one went cannot be known.
 */
export function placesOf(now: Json[], shape: Shape, text: string, file: string): (number | undefined)[] {
  const then = shape.values;
  if (now.length === then.length && now.every((item, j) => Object.is(item, then[j]))) {
    return now.map((_, j) => j);
  }
  const waiting = new Map<unknown, number[]>();
  then.forEach((item, i) => {
    const key = identity(item);
    const places = waiting.get(key);
    if (places === undefined) waiting.set(key, [i]);
    else places.push(i);
  });
  for (const places of waiting.values()) refuseAmbiguous(places, now, shape, text, file);
  for (const places of waiting.values()) places.reverse();
  const found = now.map((item) => waiting.get(identity(item))?.pop());
  const used = new Set(found);
  return found.map((place, j) => place ?? (j < then.length && !used.has(j) ? j : undefined));
}

const MINUS_ZERO = {};

function identity(item: Json): unknown {
  return Object.is(item, -0) ? MINUS_ZERO : item;
}

function refuseAmbiguous(places: number[], now: Json[], shape: Shape, text: string, file: string): void {
  const value = shape.values[places[0] ?? 0];
  if (typeof value !== "number" || places.length < 2) return;
  const slices = new Set(places.map((i) => text.slice(shape.starts[i], shape.ends[i])));
  const exact = [...slices].every((slice) => slice === String(value));
  const count = now.filter((item) => Object.is(item, value)).length;
  if (exact || slices.size < 2 || count === places.length || count === 0) return;
  const numbers = [...slices].join(" and ");
  throw new Failure(
    "json_ambiguous",
    `write ${file}: which of the numbers ${numbers} was removed is not known`,
    {
      hint: "Replace the whole list, or edit the file by hand.",
    },
  );
}
