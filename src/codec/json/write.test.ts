/** What an edit leaves alone, and how what is new is printed: injection.md 9C, on both engines. */

import { equal, ok, test, throws } from "../../../test/portable/api.ts";
import { Failure } from "../../spec/failure.ts";
import type { Json, JsonObject } from "../../spec/runtime-config.ts";
import { readJson } from "./read.ts";
import { writeJson } from "./write.ts";

type Data = { [key: string]: Json } & { list: Json[]; o: JsonObject; hooks: { poststop: Json[] } };

/** Reads, edits, writes. */
function edited(text: string, edit: (value: Data) => unknown, changed?: string[]): string {
  const doc = readJson(text, { file: "config.json" });
  edit(doc.value as Data);
  return writeJson(doc, changed);
}

function set(object: object, key: string, value: unknown): void {
  (object as Record<string, unknown>)[key] = value;
}

const NEW = { path: "/h", args: ["h"] };

/** Before, edit, after. */
const EDITS: [name: string, before: string, edit: (value: Data) => unknown, after: string][] = [
  ["compact: a key is added", '{"a":1}\n', (v) => set(v, "b", [1]), '{"a":1,"b":[1]}\n'],
  ["compact: escapes as before", '{"a":"\\u003c"}', (v) => set(v, "b", "<"), '{"a":"\\u003c","b":"\\u003c"}'],
  ["compact: no escapes as before", '{"a":"<"}', (v) => set(v, "a", "<>"), '{"a":"<>"}'],
  [
    "indented: a hook is added",
    '{\n  "a": 1\n}\n',
    (v) => set(v, "b", { c: [] }),
    '{\n  "a": 1,\n  "b": {\n    "c": []\n  }\n}\n',
  ],
  [
    "the largest limit",
    '{"a":1}',
    (v) => set(v, "b", 18446744073709552000),
    '{"a":1,"b":18446744073709551615}',
  ],
  [
    "the largest limit, indented",
    '{\n "a": 1\n}\n',
    (v) => set(v, "a", 2 ** 64),
    '{\n "a": 18446744073709551615\n}\n',
  ],
  [
    "exact: 64-bit integers and odd numbers stay",
    '{"soft": 18446744073709551615, "q": -9223372036854775808, "n": 1.50, "e": 1e3, "z": -0, "hooks": null}',
    (v) => set(v, "hooks", { poststop: [NEW] }),
    '{"soft": 18446744073709551615, "q": -9223372036854775808, "n": 1.50, "e": 1e3, "z": -0, "hooks": {"poststop": [{"path": "/h", "args": ["h"]}]}}',
  ],
  [
    "exact: escapes and lone surrogates stay",
    '{"a":"\\u0041\\/\\ud800 \\u2028<\\u003c","list":[]}',
    (v) => v.list.push("x"),
    '{"a":"\\u0041\\/\\ud800 \\u2028<\\u003c","list":["x"]}',
  ],
  [
    "exact: order of keys stays, also of indexes and __proto__",
    '{"z":1,"10":2,"9":3, "__proto__":{"a":1.0}}',
    (v) => set(v, "8", 4),
    '{"z":1,"10":2,"9":3, "__proto__":{"a":1.0}, "8":4}',
  ],
  [
    "exact: white space of what is untouched stays",
    '{\r\n    "a" :  1 ,\r\n\r\n    "o": { "x":1 },\r\n    "list": [ 1,2 ]\r\n}\r\n\r\n',
    (v) => set(v.o, "y", true),
    '{\r\n    "a" :  1 ,\r\n\r\n    "o": { "x":1, "y": true },\r\n    "list": [ 1,2 ]\r\n}\r\n\r\n',
  ],
  [
    "exact: an appended element is laid out as its neighbour",
    '{"list": [\n  1.0,\n  2.0\n]}',
    (v) => v.list.push(3),
    '{"list": [\n  1.0,\n  2.0,\n  3\n]}',
  ],
  [
    "exact: a prepended element",
    '{"list": [\n  1.0,\n  2.0\n]}',
    (v) => v.list.unshift(3),
    '{"list": [\n  3,\n  1.0,\n  2.0\n]}',
  ],
  [
    "exact: the first is removed",
    '{"list": [ 1.0,\n  2.0, 3.0 ]}',
    (v) => v.list.shift(),
    '{"list": [ 2.0, 3.0 ]}',
  ],
  [
    "exact: the last is removed",
    '{"list": [ 1.0,\n  2.0, 3.0 ]}',
    (v) => v.list.pop(),
    '{"list": [ 1.0,\n  2.0 ]}',
  ],
  [
    "exact: one in the middle is replaced",
    '{"list": [1.0,  2.0,   3.0]}',
    (v) => v.list.splice(1, 1, 9),
    '{"list": [1.0,  9,   3.0]}',
  ],
  [
    "exact: the order is turned round",
    '{"list": [1.0, {"a":2.0}, 3.0]}',
    (v) => v.list.reverse(),
    '{"list": [3.0, {"a":2.0}, 1.0]}',
  ],
  [
    "exact: all are removed",
    '{"list": [ 1.0 ], "a": 1}',
    (v) => void v.list.splice(0),
    '{"list": [], "a": 1}',
  ],
  [
    "exact: a key is removed",
    '{ "a": 1.0,\n "b": 2,\n "o": {} }',
    (v) => void delete v.a,
    '{ "b": 2,\n "o": {} }',
  ],
  ["exact: all keys are removed", '{ "a": 1.0 }', (v) => void delete v.a, "{}"],
  ["exact: undefined is absent", '{"a": 1.0, "b": 2}', (v) => set(v, "a", undefined), '{"b": 2}'],
  [
    "exact: something moved keeps its text",
    '{"o": {"x": 1.50}, "b": 2}',
    (v) => {
      v.b = v.o;
      v.o = {};
    },
    '{"o": {}, "b": {"x": 1.50}}',
  ],
  [
    "exact: a copy keeps what it has in common",
    '{"o": {"x": 1.50,  "y": 1}}',
    (v) => set(v, "o", { ...v.o, y: 2 }),
    '{"o": {"x": 1.50,  "y": 2}}',
  ],
  [
    "exact: a copied list keeps its elements",
    '{"hooks": {"poststop": [ {"timeout": 1.0} ]}}',
    (v) => set(v.hooks, "poststop", [...v.hooks.poststop, NEW]),
    '{"hooks": {"poststop": [ {"timeout": 1.0}, {"path": "/h", "args": ["h"]} ]}}',
  ],
  [
    "exact: equal large numbers, none removed",
    '{"list": [18446744073709551615, 18446744073709551614]}',
    (v) => v.list.push(1),
    '{"list": [18446744073709551615, 18446744073709551614, 1]}',
  ],
];

for (const [name, before, edit, after] of EDITS) {
  test(`write: ${name}`, () => {
    equal(
      edited(before, () => {}),
      before,
    );
    equal(edited(before, edit), after);
  });
}

test("write: a list of a list as the whole document", () => {
  const doc = readJson(" [ [1.0] ] ", { file: "f" });
  (doc.value as Json[][])[0]?.push(2);
  equal(writeJson(doc), " [ [1.0,2] ] ");
});

test("write: keys that are named as changed are enough", () => {
  const text = '{"a":{"b":"\\u003c"},"list":["\\u003e"],"o":{}}\n';
  const edit = (v: Data) => {
    v.list.push("<");
    v.n = "&";
  };
  const whole = edited(text, edit);
  equal(edited(text, edit, ["list"]), whole);
  equal(
    edited(text, (v) => void delete v.a, []),
    '{"list":["\\u003e"],"o":{}}\n',
  );
});

test("write: a number that may have been rounded is refused", () => {
  for (const number of [2 ** 53, -(2 ** 60), Number.NaN, Number.POSITIVE_INFINITY]) {
    const failure = throws(() => edited('{"a": 1}', (v) => set(v, "a", number)), "cannot be written exactly");
    ok(failure instanceof Failure && failure.code === "json_number");
  }
});

test("write: which of two numbers went must be known", () => {
  const text = '{"list": [18446744073709551615, 18446744073709551614]}';
  const failure = throws(() => edited(text, (v) => v.list.shift()), "18446744073709551614");
  ok(failure instanceof Failure && failure.code === "json_ambiguous");
});
