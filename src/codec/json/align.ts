/**
 * Which element of a list as it was read each element of the list as it is now came from. Objects and lists are known by
 * identity; of equal scalars those at both ends stay where they are, and of the rest the first now is the first then.
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
  const shift = then.length - now.length;
  const shorter = Math.min(now.length, then.length);
  const places: (number | undefined)[] = new Array(now.length).fill(undefined);
  let head = 0;
  while (head < shorter && Object.is(now[head], then[head])) places[head] = head++;
  if (head === shorter && shift === 0) return places;
  let tail = 0;
  while (tail < shorter - head && Object.is(now[now.length - 1 - tail], then[then.length - 1 - tail])) {
    tail++;
    places[now.length - tail] = then.length - tail;
  }
  refuseAmbiguous(now, shape, text, file);
  const waiting = indexesByValue(then, head, then.length - tail);
  for (let j = head; j < now.length - tail; j++) {
    const indexes = waiting.get(identity(now[j]));
    const same = shift === 0 ? indexes?.indexOf(j) : -1;
    places[j] = same !== undefined && same >= 0 ? indexes?.splice(same, 1)[0] : indexes?.shift();
  }
  const used = new Set(places);
  return places.map((place, j) => place ?? (j < then.length && !used.has(j) ? j : undefined));
}

function indexesByValue(items: Json[], from: number, to: number): Map<unknown, number[]> {
  const found = new Map<unknown, number[]>();
  for (let i = from; i < to; i++) {
    const key = identity(items[i]);
    const indexes = found.get(key);
    if (indexes === undefined) found.set(key, [i]);
    else indexes.push(i);
  }
  return found;
}

const MINUS_ZERO = {};

function identity(item: Json | undefined): unknown {
  return Object.is(item, -0) ? MINUS_ZERO : item;
}

function refuseAmbiguous(now: Json[], shape: Shape, text: string, file: string): void {
  for (const [value, indexes] of indexesByValue(shape.values, 0, shape.values.length)) {
    if (typeof value !== "number" || indexes.length < 2) continue;
    const numbers = new Set(indexes.map((i) => text.slice(shape.starts[i], shape.ends[i])));
    const count = now.filter((item) => item === value).length;
    if (numbers.size < 2 || Number.isSafeInteger(value) || count === 0 || count === indexes.length) continue;
    throw new Failure(
      "json_ambiguous",
      `write ${file}: which of the numbers ${[...numbers].join(" and ")} was removed is not known`,
      { hint: "Replace the whole list, or edit the file by hand." },
    );
  }
}
