import { expect, test } from "bun:test";
import { parse as parseYaml } from "yaml";
import type { Answer, Stream, Whole } from "./answer.ts";
import { checkFormat, print, type Sink, type Style, toJson, toYaml } from "./output.ts";

const plain: Style = { format: "table", quiet: false, color: false, headings: true, full: false };

async function printed(answer: Answer, style: Partial<Style> = {}, terminal = false) {
  const texts = { out: "", err: "" };
  const sink = (name: "out" | "err"): Sink => ({
    terminal,
    columns: 40,
    write(text) {
      texts[name] += text;
    },
  });
  await print(answer, { ...plain, ...style }, sink("out"), sink("err"));
  return texts;
}

const whole: Whole = {
  kind: "whole",
  data: [
    { name: "net", ms: 4 },
    { name: "disk", ms: 12 },
  ],
  view: {
    columns: [{ heading: "NAME" }, { heading: "MS", align: "right" }],
    rows: [
      ["net", "4"],
      ["disk", { text: "12", tone: "bad" }],
    ],
    empty: "no hooks",
  },
  names: ["net", "disk"],
  notes: ["one was skipped"],
};

test("a table has no borders, two spaces between columns, and its notes on stderr", async () => {
  expect(await printed(whole)).toEqual({ out: "NAME  MS\nnet    4\ndisk  12\n", err: "one was skipped\n" });
});

test("-q prints names and no notes", async () => {
  expect(await printed(whole, { quiet: true })).toEqual({ out: "net\ndisk\n", err: "" });
});

test("colour is around the word, never in the width", async () => {
  const { out } = await printed(whole, { color: true, headings: false }, true);
  expect(out).toBe("net    4\ndisk  \u001b[31m12\u001b[0m\n");
});

test.each([
  ["json", JSON.stringify(whole.data, null, 2)],
  ["yaml", "- name: net\n  ms: 4\n- name: disk\n  ms: 12"],
  ["{{.name}}={{.ms}}", "net=4\ndisk=12"],
  ["table {{.name}}\\t{{.ms}}", "NAME  MS\nnet   4\ndisk  12"],
])("--format %s", async (format, expected) => {
  expect((await printed(whole, { format })).out).toBe(`${expected}\n`);
});

test("JSON lines, where the verb says so", async () => {
  const { out } = await printed({ ...whole, jsonLines: true }, { format: "json" });
  expect(out).toBe('{"name":"net","ms":4}\n{"name":"disk","ms":12}\n');
});

test("an empty table says so on stderr; machines get an empty list", async () => {
  const empty: Whole = {
    kind: "whole",
    data: [],
    view: { columns: [], rows: [], empty: "no hooks" },
    names: [],
  };
  expect(await printed(empty)).toEqual({ out: "", err: "no hooks\n" });
  expect((await printed(empty, { format: "json" })).out).toBe("[]\n");
});

test("a format of the verb's own", async () => {
  const { out } = await printed({ ...whole, formats: { sarif: { version: "2.1.0" } } }, { format: "sarif" });
  expect(JSON.parse(out)).toEqual({ version: "2.1.0" });
  expect(() => checkFormat("sarif")).toThrow("sarif");
  expect(() => checkFormat("sarif", ["sarif"])).not.toThrow();
});

test("a stream prints its headings once, and JSON lines", async () => {
  async function* items() {
    yield { data: { name: "net" }, row: ["net", "4"], name: "net" };
    yield { data: { name: "disk" }, row: ["disk", "12"], name: "disk" };
  }
  const stream = (): Stream => ({
    kind: "stream",
    columns: [{ heading: "NAME" }, { heading: "MS", align: "right" }],
    widths: [6, 4],
    items: items(),
  });
  expect((await printed(stream())).out).toBe("NAME      MS\nnet        4\ndisk      12\n");
  expect((await printed(stream(), { format: "json" })).out).toBe('{"name":"net"}\n{"name":"disk"}\n');
  expect((await printed(stream(), { format: "yaml" })).out).toBe("---\nname: net\n---\nname: disk\n");
  expect((await printed(stream(), { quiet: true })).out).toBe("net\ndisk\n");
});

const evil = "a\u001b[2J\u009b31m\r\nb\u202e\u0007";

test.each<[string, Partial<Style>]>([
  ["a table", {}],
  ["JSON", { format: "json" }],
  ["YAML", { format: "yaml" }],
  ["a template", { format: "{{.name}}" }],
  ["names", { quiet: true }],
])("control characters are shown and never act in %s", async (_, style) => {
  const view = { columns: [{ heading: "NAME" }], rows: [[evil]] };
  const { out } = await printed({ kind: "whole", data: [{ name: evil }], view, names: [evil] }, style, true);
  expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test("a template into a pipe gives the bytes as they are", async () => {
  const view = { columns: [], rows: [] };
  const { out } = await printed(
    { kind: "whole", data: { name: evil }, view, names: [] },
    { format: "{{.name}}" },
  );
  expect(out).toBe(`${evil}\n`);
});

test("escaped JSON and YAML read back as the same", async () => {
  const data = { [evil]: [evil, "plain", ""] };
  expect(JSON.parse(toJson(data))).toEqual(data);
  expect(parseYaml(await toYaml(data))).toEqual(data);
});

test("a long line is cut in its flexible column, on a terminal only", async () => {
  const answer: Whole = {
    kind: "whole",
    data: [],
    view: {
      columns: [{ heading: "A" }, { heading: "B", flexible: true }],
      rows: [["x", "word ".repeat(20).trim()]],
    },
    names: [],
  };
  const [, line = ""] = (await printed(answer, {}, true)).out.split("\n");
  expect(line).toHaveLength(40);
  expect(line).toEndWith("…");
  expect((await printed(answer, { full: true }, true)).out).toContain("word word\n".trim());
  expect((await printed(answer)).out).not.toContain("…");
});
