/**
 * Prints a changed document out of the text that it was read from: every element that is as it was is a slice of that
 * text, and so is the white space between elements; only what is new is printed. Numbers of 64 bits, 1.50, escapes,
 * the order of keys and alignment therefore survive an edit elsewhere.
 */

import type { Json, JsonObject } from "../../spec/runtime-config.ts";
import { placesOf } from "./align.ts";
import { printScalar, printString } from "./scalar.ts";
import type { Style } from "./style.ts";
import type { Shape, Tokens } from "./tokenize.ts";

interface Source {
  readonly value: Json;
  readonly text: string;
  readonly file: string;
  readonly style: Style;
}

interface Element {
  /** Its index in the text; undefined when it is new. */
  place: number | undefined;
  /** Its key and colon; "" in a list. */
  head: string;
  /** Its new text; undefined when the slice at its place still says it. */
  text: string | undefined;
}

/** The text of `doc.value`, given where each element of `doc.text` stood. Errors as `writeJson`. */
export function splice(doc: Source, tokens: Tokens): string {
  const { text, style, file } = doc;
  const { root, shapes } = tokens;

  function slice(shape: Shape, i: number): string {
    return text.slice(shape.starts[i], shape.ends[i]);
  }

  /** The new text of what stands at index `i` of `old`; undefined when the slice there still says it. */
  function changed(value: Json, old: Shape, i: number, level: number): string | undefined {
    const before = old.values[i];
    if (typeof value !== "object" || value === null) {
      return Object.is(before, value) ? undefined : printScalar(value, style, file);
    }
    if (before === value || !shapes.has(value)) {
      // A copy in the place of what it was copied from keeps what the two have in common.
      const shape = typeof before === "object" && before !== null ? shapes.get(before) : undefined;
      const alike = shape !== undefined && (shape.keys === undefined) === Array.isArray(value);
      return alike ? changedContainer(value, shape, level) : fresh(value, level);
    }
    return print(value, level);
  }

  /** Text of something that is new where it is: a container that was read elsewhere keeps its slice. */
  function print(value: Json, level: number): string {
    if (typeof value !== "object" || value === null) return printScalar(value, style, file);
    const shape = shapes.get(value);
    if (shape === undefined) return fresh(value, level);
    return changedContainer(value, shape, level) ?? text.slice(shape.start, shape.end);
  }

  function changedContainer(value: Json[] | JsonObject, shape: Shape, level: number): string | undefined {
    const count = shape.values.length;
    const elements = Array.isArray(value) ? listed(value, shape, level) : keyed(value, shape, level);
    if (elements.length === count && elements.every((e, j) => e.place === j && e.text === undefined)) return;
    if (elements.length === 0) return shape.keys === undefined ? "[]" : "{}";
    return count === 0 ? fresh(value, level) : assemble(elements, shape);
  }

  function listed(value: Json[], shape: Shape, level: number): Element[] {
    const places = placesOf(value, shape, text, file);
    return value.map((item, j) => {
      const place = places[j];
      const now = item ?? null;
      const next = level + 1;
      return {
        place,
        head: "",
        text: place === undefined ? print(now, next) : changed(now, shape, place, next),
      };
    });
  }

  function keyed(value: JsonObject, shape: Shape, level: number): Element[] {
    const names = shape.keys ?? [];
    const elements: Element[] = [];
    names.forEach((name, place) => {
      const item = Object.hasOwn(value, name) ? value[name] : undefined;
      if (item === undefined) return;
      const head = text.slice(shape.members[place], shape.starts[place]);
      elements.push({ place, head, text: changed(item, shape, place, level + 1) });
    });
    const known = new Set(names);
    for (const name of Object.keys(value)) {
      const item = value[name];
      if (known.has(name) || item === undefined) continue;
      const head = printString(name, style) + style.colon;
      elements.push({ place: undefined, head, text: print(item, level + 1) });
    }
    return elements;
  }

  /** Puts a container together again: its opening, its elements with the separators that they had, its end. */
  function assemble(elements: Element[], shape: Shape): string {
    const { members, ends } = shape;
    const last = ends.length - 1;
    const usual = usualSeparator(shape);
    let out = text.slice(shape.start, members[0]);
    elements.forEach(({ place, head, text: now = slice(shape, place ?? 0) }, j) => {
      const own = place !== undefined && place > 0;
      if (j > 0) out += own ? text.slice(ends[place - 1], members[place]) : usual;
      out += head + now;
    });
    return out + text.slice(ends[last], shape.end);
  }

  function usualSeparator({ start, members, ends }: Shape): string {
    const last = ends.length - 1;
    if (last > 0) return text.slice(ends[last - 1], members[last]);
    const lead = text.slice(start + 1, members[0]);
    return lead.includes("\n") ? `,${lead}` : style.comma;
  }

  function fresh(value: Json[] | JsonObject, level: number): string {
    const isList = Array.isArray(value);
    const items: string[] = [];
    if (isList) for (const item of value) items.push(print(item ?? null, level + 1));
    else {
      for (const name of Object.keys(value)) {
        const item = value[name];
        if (item !== undefined) items.push(printString(name, style) + style.colon + print(item, level + 1));
      }
    }
    const [open, close] = isList ? ["[", "]"] : ["{", "}"];
    if (items.length === 0) return open + close;
    if (style.indent === "") return open + items.join(style.comma) + close;
    const outer = style.newline + style.indent.repeat(level);
    return open + outer + style.indent + items.join(`,${outer}${style.indent}`) + outer + close;
  }

  if (root.values.length === 0) return print(doc.value, 0);
  const printed = changed(doc.value, root, 0, 0) ?? slice(root, 0);
  return text.slice(0, root.starts[0]) + printed + text.slice(root.ends[0]);
}
