import { expect, test } from "bun:test";
import type { Flag } from "./grammar.ts";
import { missingFlags, readWords } from "./words.ts";

const FLAGS: Flag[] = [
  { name: "text", value: "T", summary: "" },
  { name: "list", value: "L", repeat: true, summary: "" },
  { name: "switch", summary: "" },
  { name: "long", aliases: ["l", "other"], value: "V", summary: "" },
];
const read = (words: string, inOrder = false) => readWords(FLAGS, words.split(" "), inOrder);

test.each([
  ["a --text x b", "x", ["a", "b"]],
  ["a --text=x b", "x", ["a", "b"]],
  ["a -text=x b", "x", ["a", "b"]],
  ["a --text -- b", "a", ["b"]],
  ["-- a --text x", "", ["a", "--text", "x"]],
  ["a --text - b", "-", ["a", "b"]],
  ["a --text -1 b", "-1", ["a", "b"]],
  ["--text x --text y", "y", []],
  ["--switch a --text x", "", ["a", "--text", "x"]],
])("%p, where words may be moved", (words, text, args) => {
  const { given, args: rest } = read(words);
  expect([given.text("text"), rest]).toEqual([text, args]);
});

test("in order, what is no flag ends the flags", () => {
  const { given, args } = read("--text x a --list y", true);
  expect([given.text("text"), given.list("list"), args]).toEqual(["x", [], ["a", "--list", "y"]]);
});

test("a value in order may begin with a dash", () => {
  expect(read("--list -c --list --switch", true).given.list("list")).toEqual(["-c", "--switch"]);
});

test("lists keep their order, and an empty value counts when it is alone", () => {
  expect(read("--list b --list a,c").given.list("list")).toEqual(["b", "a,c"]);
  expect(read("--list  --list a").given.list("list")).toEqual(["a"]);
  expect(readWords(FLAGS, ["--list", "", "--list", ""], true).given.list("list")).toEqual([""]);
});

test("switches take what Go takes for true and false", () => {
  for (const word of ["--switch", "-switch", "--switch=true", "--switch=T", "--switch=1"]) {
    expect(read(word).given.on("switch")).toBe(true);
  }
  expect(read("--switch=F").given.on("switch")).toBe(false);
  expect(read("--switch=F").given.has("switch")).toBe(true);
});

test("another name of a flag is the flag, but two names are not", () => {
  expect(read("-l x").given.text("long")).toBe("x");
  expect(read("--other x").given.text("long")).toBe("x");
  expect(() => read("--other x --long y")).toThrow("Cannot use two forms of the same flag: other long");
});

test.each([
  ["--bogus", "flag provided but not defined: -bogus"],
  ["--bogus=1", "flag provided but not defined: -bogus"],
  ["--text", "flag needs an argument: -text"],
  ["--switch=maybe", 'invalid boolean value "maybe" for -switch: parse error'],
  ["---text", "bad flag syntax: ---text"],
  ["--=x", "bad flag syntax: --=x"],
])("%p is refused in Go's words", (words, message) => {
  expect(() => read(words)).toThrow(message);
});

test("required flags are missed by their last long name", () => {
  const flags: Flag[] = [
    { name: "manifest", aliases: ["f", "file"], value: "F", required: true, summary: "" },
    { name: "path", aliases: ["p"], value: "P", required: true, summary: "" },
  ];
  expect(missingFlags(flags, readWords(flags, [], true).given)).toBe('Required flags "file, path" not set');
  expect(missingFlags(flags, readWords(flags, ["-p", "x"], true).given)).toBe('Required flag "file" not set');
  expect(missingFlags(flags, readWords(flags, ["-p", "x", "-f", "y"], true).given)).toBeUndefined();
});
