import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { goCompact, goJson } from "./go-json.ts";
import { goQuote } from "./go-quote.ts";
import { parseTime } from "./go-time.ts";

test("a struct has its fields in order, then what else was there; empty ones are left out unless they are not", () => {
  const shape = {
    fields: [
      ["b", "text"],
      ["a", { list: "text" }, "always"],
      ["m", "map"],
      ["s", { fields: [["x", "text"]] }],
    ],
  } as const;
  expect(goJson({ z: 1, a: [], s: {}, y: [{ k: null }], m: {}, b: "" }, shape)).toBe(
    '{"a":[],"s":{},"z":1,"y":[{"k":null}]}\n',
  );
  expect(goJson({ m: { "10": "a", "9": "b", é: "c", Z: "d" } }, shape)).toBe(
    '{"a":null,"m":{"10":"a","9":"b","Z":"d","é":"c"}}\n',
  );
});

test("what is written reads back the same", () => {
  const exact = (_: string, one: unknown) =>
    typeof one === "number" && Math.abs(one) > 2 ** 53 - 1 ? 0 : one;
  const value = fc.jsonValue({ stringUnit: "binary" }).map((one) => JSON.parse(JSON.stringify(one, exact)));
  fc.assert(
    fc.property(value, (one) => {
      expect(JSON.parse(goJson(one))).toEqual(one);
      expect(goCompact(JSON.stringify(one, null, 3))).toBe(goJson(one).trimEnd());
    }),
  );
});

test("strings are escaped as Go does, numbers that JSON cannot say are refused", () => {
  expect(goJson('<a&b>\u2028\u007f\u0001\ud800é"')).toBe(
    '"\\u003ca\\u0026b\\u003e\\u2028\u007f\\u0001\ufffdé\\""\n',
  );
  expect(() => goJson(2 ** 60)).toThrow("no exact JSON form");
  expect(() => goJson(Number.NaN)).toThrow("no exact JSON form");
});

test("a text that is handed on loses its white space and nothing else", () => {
  expect(goCompact(' { "a b" : [ 1.0 , "<\\u00e9" , 12345678901234567890 ] }\n')).toBe(
    '{"a b":[1.0,"\\u003c\\u00e9",12345678901234567890]}',
  );
});

test.each([
  ["plain", '"plain"'],
  ['q"\\', '"q\\"\\\\"'],
  ["\t\n\u0001\u007f\u0007", '"\\t\\n\\x01\\x7f\\a"'],
  ["é日\u00a0\u200b\ufeff", '"é日\\u00a0\\u200b\\ufeff"'],
  ["\u{1f600}\u{e0001}", '"\u{1f600}\\U000e0001"'],
])("%j is quoted", (text, quoted) => {
  expect(goQuote(text)).toBe(quoted);
});

describe("times", () => {
  test.each([
    ["2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z"],
    ["2020-01-02T03:04:05.1200000000009+00:00", "2020-01-02T03:04:05.12Z"],
    ["2020-01-02T3:04:05,5-07:30", "2020-01-02T03:04:05.5-07:30"],
    ["2000-02-29T00:00:00.000Z", "2000-02-29T00:00:00Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
  ])("%s", (text, printed) => {
    expect(parseTime(text)).toBe(printed);
  });

  test.each([
    ["", 'cannot parse "" as "2006"'],
    ["2020/01/01", 'cannot parse "/01/01" as "-"'],
    ["2020-1-01T00:00:00Z", 'cannot parse "1-01T00:00:00Z" as "01"'],
    ["2020-00-01T00:00:00Z", "month out of range"],
    ["1900-02-29T00:00:00Z", "day out of range"],
    ["2020-02-03T24:00:00Z", "hour out of range"],
    ["2020-02-03T00:60:00Z", "minute out of range"],
    ["2020-02-03T00:00:61Z", "second out of range"],
    ["2020-02-03t00:00:00Z", 'cannot parse "t00:00:00Z" as "T"'],
    ["2020-02-03T00:00:00", 'cannot parse "" as "Z07:00"'],
    ["2020-02-03T00:00:00+25:00", "time zone offset hour out of range"],
    ["2020-02-03T00:00:00Z ", 'extra text: " "'],
  ])("%p is none", (text, message) => {
    expect(() => parseTime(text)).toThrow(message);
  });
});
