/** What is read, what is refused and where: injection.md 9C, security.md A18, on both engines. */

import { deepEqual, equal, ok, test, throws } from "../../../test/portable/api.ts";
import { Failure } from "../../spec/failure.ts";
import { readJson } from "./read.ts";

const file = "config.json";

/** Text, whether the exact tokenizer is needed. */
const ACCEPTED: [name: string, text: string, exact: boolean][] = [
  ["an empty object", "{}", false],
  ["Go's compact output", '{"a":[1,-1,true,null],"b":{"c":"\\u003cd\\u003e \\u0026 \\u2028"}}\n', false],
  ["compact without HTML escapes", '{"a":"<&>"}', false],
  ["indented by two", '{\n  "a": [\n    1\n  ],\n  "b": {}\n}\n', false],
  ["indented by a tab, with HTML escapes", '{\n\t"a": "\\u003c"\n}', false],
  ["a list", "[1,2]", false],
  ["a scalar", '"x"', false],
  ["keys of Object.prototype", '{"__proto__":{"a":1},"constructor":2}', false],
  ["astral characters", '{"a":"🦊"}', false],
  ["control characters as both write them", '{"a":"\\u001b\\n"}', false],
  ["spaces after commas", '{"a": 1, "b": [1, 2]}', true],
  ["CRLF", '{\r\n  "a": 1\r\n}\r\n', true],
  ["64-bit integers", '{"a":18446744073709551615,"b":-9223372036854775808}', true],
  ["numbers written otherwise", '{"a":1.50,"b":1e3,"c":-0,"d":1E+2,"e":1e400}', true],
  ["escapes that are not needed", '{"a":"\\u0041\\/"}', true],
  ["HTML escaped and not", '{"a":"<\\u003c"}', true],
  ["a lone surrogate", '{"a":"\\ud800"}', true],
  ["keys like indexes, out of order", '{"b":1,"10":2,"9":3}', true],
  ["white space at both ends", "\n {} \n\n", true],
];

for (const [name, text, exact] of ACCEPTED) {
  test(`read: ${name}`, () => {
    const doc = readJson(text, { file });
    equal(doc.tokens !== undefined, exact);
    equal(JSON.stringify(doc.value), JSON.stringify(JSON.parse(text)));
  });
}

const REFUSED: [name: string, text: string, code: string, place: string, part: string][] = [
  ["nothing", "", "json_empty", "1:1", "empty"],
  ["white space only", "\n \n", "json_empty", "1:1", "empty"],
  ["a byte order mark", '\ufeff{"a":1}', "json_bom", "1:1", "byte order mark"],
  ["trailing garbage", '{"a":1}\n}', "json_trailing", "2:1", "more text"],
  ["a second document", "{} {}", "json_trailing", "1:4", "more text"],
  ["NUL at the end", "{}\0", "json_trailing", "1:3", "more text"],
  ["cut off in an object", '{"a":1,\n', "json_truncated", "2:1", "a key"],
  ["cut off in a list", "[1", "json_truncated", "1:3", "a comma or ]"],
  ["cut off in a string", '{"a":"b', "json_truncated", "1:6", "not closed"],
  ["cut off after an escaped quote", '{"a":"b\\"}', "json_truncated", "1:6", "not closed"],
  ["cut off in a number", '{"a":-', "json_truncated", "1:7", "a digit"],
  ["cut off in a word", '{"a":tru', "json_syntax", "1:6", "a value"],
  ["a duplicate key", '{"a":1,\n "a":2}', "json_duplicate_key", "2:2", '"a" occurs twice'],
  [
    "a duplicate key deep down",
    '{"hooks":{"x":[{"path":"/a","path":"/b"}]}}',
    "json_duplicate_key",
    "1:29",
    '"path"',
  ],
  ["a duplicate written as an escape", '{"hooks":1,"hoo\\u006bs":2}', "json_duplicate_key", "1:12", "hooks"],
  ["keys that Go takes for one", '{"\\ud800":1,"\\udbff":2}', "json_duplicate_key", "1:13", "occurs twice"],
  ["a duplicate __proto__", '{"__proto__":1,"__proto__":2}', "json_duplicate_key", "1:16", "__proto__"],
  ["a duplicate in indented text", '{\n  "a": 1,\n  "a": 1\n}', "json_duplicate_key", "3:3", '"a"'],
  ["an unknown escape", '{"a":"\\x"}', "json_escape", "1:7", "not an escape"],
  ["a short \\u escape", '{"a":"\\u12"}', "json_escape", "1:7", "not an escape"],
  ["a line break in a string", '{"a":"b\nc"}', "json_string", "1:8", "U+000A"],
  ["a tab in a key", '{"a\tb":1}', "json_string", "1:4", "U+0009"],
  ["a trailing comma", '{"a":1,}', "json_syntax", "1:8", "a key"],
  ["a trailing comma in a list", "[1,]", "json_syntax", "1:4", "a value"],
  ["a comment", '{"a":1 // b\n}', "json_syntax", "1:8", "a comma or }"],
  ["a key without quotes", "{a:1}", "json_syntax", "1:2", "double quotes"],
  ["single quotes", "{'a':1}", "json_syntax", "1:2", "double quotes"],
  ["a missing colon", '{"a" 1}', "json_syntax", "1:6", "a colon"],
  ["a leading zero", '{"a":01}', "json_syntax", "1:7", "a comma"],
  ["a leading plus", '{"a":+1}', "json_syntax", "1:6", "a value"],
  ["a bare fraction", '{"a":.5}', "json_syntax", "1:6", "a value"],
  ["a dot without digits", '{"a":1.}', "json_syntax", "1:8", "a digit"],
  ["an exponent without digits", '{"a":1e}', "json_syntax", "1:8", "a digit"],
  ["NaN", '{"a":NaN}', "json_syntax", "1:6", "a value"],
  ["Infinity", '{"a":-Infinity}', "json_syntax", "1:7", "a digit"],
  ["a form feed between tokens", '{\f"a":1}', "json_syntax", "1:2", "a key"],
  [
    "too deep, with white space",
    `${" [".repeat(513)}${"]".repeat(513)}`,
    "json_depth",
    "1:1026",
    "512 levels",
  ],
];

for (const [name, text, code, place, part] of REFUSED) {
  test(`refused: ${name}`, () => {
    const failure = throws(() => readJson(text, { file }), part);
    ok(failure instanceof Failure);
    equal(failure.code, code);
    ok(failure.message.startsWith(`read config.json:${place}: `), failure.message);
    ok(failure.hint);
  });
}

test("A18: a prefix of a document is never a document", () => {
  const text = '{"ociVersion":"1.0.2","hooks":{"poststop":[{"path":"/a","timeout":1.5}]},"x":[true,{}]}';
  for (let end = 0; end < text.length; end++)
    throws(() => readJson(text.slice(0, end), { file }), "read config");
});

test("keys of a document do not reach any prototype", () => {
  for (const text of ['{"__proto__":{"polluted":1}}', '{"__proto__": {"polluted": 1}, "a": 1}']) {
    const { value } = readJson(text, { file });
    ok(typeof value === "object" && value !== null && !Array.isArray(value));
    equal(Object.getPrototypeOf(value), Object.prototype);
    deepEqual(Object.keys(value).slice(0, 1), ["__proto__"]);
    equal(Object.hasOwn(value, "polluted"), false);
    equal(({} as Record<string, unknown>).polluted, undefined);
  }
});

test("nesting that would overflow the engine's stack is an error, not a crash", () => {
  for (const [open, close] of [
    ["[", "]"],
    ['{"a":', "}"],
    [" [", "] "],
  ] as const) {
    const deep = open.repeat(200_000);
    throws(() => readJson(deep, { file }), "512 levels");
    try {
      readJson(`${deep}1${close.repeat(200_000)}`, { file });
    } catch (error) {
      ok(error instanceof Failure, String(error));
    }
  }
});
