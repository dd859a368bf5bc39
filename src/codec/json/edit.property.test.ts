/** Properties of the JSON editor on random documents, and a short run of its fuzz target. */

import { expect, test } from "bun:test";
import fc from "fast-check";
import { json } from "../../../test/fuzz/json.ts";
import { Failure } from "../../spec/failure.ts";
import type { Json } from "../../spec/runtime-config.ts";
import { canonicalJson } from "./canonical.ts";
import { locate } from "./locate.ts";
import { readJson } from "./read.ts";
import { reindentJson } from "./reindent.ts";
import { writeJson } from "./write.ts";

const file = "f.json";
const blank = fc.array(fc.constantFrom(" ", "\n", "\t", "\r"), { maxLength: 3 }).map((all) => all.join(""));
const number = fc.oneof(
  fc.constantFrom(
    "18446744073709551615",
    "-9223372036854775808",
    "1.50",
    "1e3",
    "-0",
    "0",
    "1E-2",
    "9007199254740993",
  ),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
);
const text = fc.oneof(
  fc.string({ unit: "binary" }).map((s) => JSON.stringify(s)),
  fc.constantFrom('"\\u0041"', '"\\/"', '"\\ud800"', '"\\u003c<"', '"\u2028"', '"\\b\\f"', '""'),
);
const key = fc.oneof(
  fc.constantFrom('"a"', '"hooks"', '"__proto__"', '"1"', '"0"', '"constructor"', '"\\u0061b"', '"path"'),
  text,
);

/** Random JSON text with random white space; keys may occur twice. */
const { document } = fc.letrec<{ document: string; value: string; object: string; list: string }>((tie) => ({
  document: fc.tuple(blank, tie("value"), blank).map((all) => all.join("")),
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    number,
    text,
    fc.constantFrom("true", "null"),
    tie("object"),
    tie("list"),
  ),
  list: fc
    .array(fc.tuple(blank, tie("value"), blank), { maxLength: 5 })
    .map((all) => `[${all.map((e) => e.join("")).join(",")}]`),
  object: fc
    .array(fc.tuple(blank, key, blank, tie("value"), blank), { maxLength: 5 })
    .map((all) => `{${all.map(([a, k, b, v, c]) => `${a}${k}${b}:${v}${c}`).join(",")}}`),
}));

/** The document, or undefined when the text has a duplicate key, which is the one thing that may be wrong with it. */
function read(source: string) {
  try {
    return readJson(source, { file });
  } catch (error) {
    if (error instanceof Failure && error.code === "json_duplicate_key") return undefined;
    throw error;
  }
}

test("every text prints as it was read, with the data of JSON.parse", () => {
  fc.assert(
    fc.property(document, (source) => {
      const doc = read(source);
      if (doc === undefined) return;
      expect(Object.is(doc.value, -0) ? "-0" : JSON.stringify(doc.value)).toBe(
        Object.is(JSON.parse(source), -0) ? "-0" : JSON.stringify(JSON.parse(source)),
      );
      expect(writeJson(doc)).toBe(source);
    }),
    { numRuns: 3000 },
  );
});

test("both readers give the same data and the same edit", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom("", "  ", "\t"), fc.jsonValue(), (value, indent, added) => {
      const source = JSON.stringify(value, null, indent);
      const exact = read(` ${source}`);
      const fast = read(source);
      expect(fast?.value).toEqual(exact?.value as Json);
      expect(exact?.tokens).toBeDefined();
      for (const doc of [fast, exact]) {
        if (Array.isArray(doc?.value)) doc.value.push(added as Json);
        else if (typeof doc?.value === "object" && doc.value !== null) doc.value.zzz = added as Json;
      }
      let printed: string | undefined;
      try {
        printed = exact && writeJson(exact);
      } catch (error) {
        expect(error).toMatchObject({ code: "json_number" });
        return;
      }
      expect(JSON.parse(printed ?? "")).toEqual(JSON.parse(fast ? writeJson(fast) : ""));
    }),
    { numRuns: 1000 },
  );
});

test("an element that is replaced changes nothing but its own text", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(blank, document, blank), { minLength: 2, maxLength: 6 }),
      fc.nat(),
      (parts, n) => {
        const at = n % parts.length;
        const line = (all: string[]) => `[${all.join(",")}]`;
        const doc = read(line(parts.map((part) => part.join(""))));
        if (doc === undefined || doc.tokens === undefined || !Array.isArray(doc.value)) return;
        doc.value[at] = "replaced";
        const expected = parts.map(([before, own, after], i) => {
          if (i !== at) return before + own + after;
          const lead = own.length - own.trimStart().length;
          const tail = own.trimEnd().length;
          return `${before}${own.slice(0, lead)}"replaced"${own.slice(tail)}${after}`;
        });
        expect(writeJson(doc)).toBe(line(expected));
      },
    ),
    { numRuns: 1000 },
  );
});

test("canonical text is a fixed point, whatever the order of keys", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      let canonical: string;
      try {
        canonical = canonicalJson(value);
      } catch (error) {
        expect(error).toBeInstanceOf(Failure);
        return;
      }
      expect(canonicalJson(JSON.parse(canonical))).toBe(canonical);
      expect(canonicalJson(turned(value))).toBe(canonical);
    }),
  );
});

function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([k, v]) => [k, turned(v)]),
  );
}

test("reindented text has the same data, and any text may be searched for a path", () => {
  fc.assert(
    fc.property(
      document,
      fc.array(fc.oneof(fc.nat(3), fc.constantFrom("a", "hooks", "1"))),
      (source, path) => {
        expect(JSON.stringify(JSON.parse(reindentJson(source)))).toBe(JSON.stringify(JSON.parse(source)));
        const { line, column } = locate(source, path);
        expect(line >= 1 && column >= 1).toBe(true);
      },
    ),
  );
});

test("fuzz: mutated configurations", () => json.run(20261123, 20_000));
