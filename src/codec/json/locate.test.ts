/** Line and column of a path; also canonical and reindented text, on both engines. */

import { deepEqual, equal, ok, test, throws } from "../../../test/portable/api.ts";
import { Failure } from "../../spec/failure.ts";
import { canonicalJson } from "./canonical.ts";
import { locate } from "./locate.ts";
import { reindentJson } from "./reindent.ts";

const TEXT = `{
  "a,b": "x}]\\"", "n": 12,
  "hooks": { "poststop": [ {"path":"/a"},
    {"pa\\u0074h":"/b"} ] }
}`;

const PLACES: [path: (string | number)[], line: number, column: number][] = [
  [[], 1, 1],
  [["a,b"], 2, 3],
  [["n"], 2, 19],
  [["hooks", "poststop"], 3, 14],
  [["hooks", "poststop", 0], 3, 28],
  [["hooks", "poststop", 1], 4, 5],
  [["hooks", "poststop", 1, "path"], 4, 6],
  [["hooks", "poststop", 7], 3, 14],
  [["hooks", "nothing", "here"], 3, 3],
  [["n", "deeper"], 2, 19],
];

for (const [path, line, column] of PLACES) {
  test(`locate ${JSON.stringify(path)}`, () => deepEqual(locate(TEXT, path), { line, column }));
}

test("locate takes any text", () => {
  for (const text of ["", "{", '{"a', '{"a"', '{"a":', "[1,", "nonsense", '{"a":1 "b"}']) {
    ok(locate(text, ["b", 1]).line >= 1);
    ok(locate(text, [3]).line >= 1);
  }
});

test("canonical text is sorted, compact and the same for every order of keys", () => {
  equal(
    canonicalJson({ b: [1, 0.5, -0, null, true], a: "<é\n", "10": 1, "9": undefined }),
    '{"10":1,"a":"<é\\n","b":[1,0.5,0,null,true]}',
  );
  equal(canonicalJson({ y: { d: 1, c: 2 }, x: 1 }), canonicalJson({ x: 1, y: { c: 2, d: 1 } }));
  equal(canonicalJson(JSON.parse('{"b":1,"__proto__":2}')), '{"__proto__":2,"b":1}');
  equal(canonicalJson("🦊\\ud"), JSON.stringify("🦊\\ud"));
});

test("canonical text has no place for what readers disagree about", () => {
  for (const value of [
    2 ** 53,
    Number.NaN,
    Number.NEGATIVE_INFINITY,
    "\ud800",
    { a: [undefined] },
    () => 1,
  ]) {
    const failure = throws(() => canonicalJson({ x: value }), "at $.x");
    ok(failure instanceof Failure && failure.code === "json_canonical");
  }
});

test("reindenting keeps every token", () => {
  const text = '{"a":[1.50,{"b":"x, {y}: \\" z"},{}],"c":[ ],"d":18446744073709551615}';
  equal(
    reindentJson(text),
    '{\n  "a": [\n    1.50,\n    {\n      "b": "x, {y}: \\" z"\n    },\n    {}\n  ],\n  "c": [],\n  "d": 18446744073709551615\n}\n',
  );
  equal(reindentJson(reindentJson(text)), reindentJson(text));
});
