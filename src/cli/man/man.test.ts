import { expect, test } from "bun:test";
import { tree } from "../tree.ts";
import { manPages } from "./pages.ts";
import { manPage } from "./roff.ts";

const pages = manPages(tree);
const heading = { name: "x", section: 1, summary: "a - b", version: "1" };

test("there is a page for every verb, for the formats and for the two daemons", () => {
  const files = pages.map((page) => page.file);
  const wanted = [
    "hookwright.1",
    "hookwright-hook-check.1",
    "hookwright-definition.5",
    "hookwright-guard.8",
    "hookwright-runtime.8",
  ];
  for (const file of wanted) expect(files).toContain(file);
  expect(files.filter((file) => file.includes("__complete"))).toEqual([]);
  expect(new Set(files).size).toBe(files.length);
});

test("pages are the same every time", () => {
  expect(manPages(tree)).toEqual(pages);
});

test.each([
  ["a line that begins with a dot", "text\n.hidden", "\n\\&.hidden"],
  ["a backslash", "a\\b", "a\\eb"],
  ["code", "see `a-b`", "see \\fBa\\-b\\fR"],
  ["a link", "see [this](there.md).", "see this."],
  ["a tagged item", "- `--flag X`: what", ".TP\n\\fB\\-\\-flag X\\fR\nwhat"],
  ["an item over two lines", "- one\n  two", '.IP "\\(bu" 4\none two'],
  ["fenced code", "```sh\na\n\n.b\n```", ".nf\na\n\n\\&.b\n.fi"],
  ["a table", "| a | b |\n| --- | --- |\n| `x` | y |", ".TP\n\\fBx\\fR\ny"],
  ["a heading", "## Exit status", ".SH EXIT STATUS"],
])("%s", (_, markdown, roff) => {
  expect(manPage(heading, markdown)).toContain(roff);
});

test("groff has nothing to say against any page, where there is one", () => {
  if (Bun.which("groff") === null) return;
  for (const { file, text } of pages) {
    const { stderr } = Bun.spawnSync(["groff", "-man", "-Tutf8", "-ww", "-z"], { stdin: Buffer.from(text) });
    const complaints = stderr
      .toString()
      .split("\n")
      .filter((line) => line !== "" && !line.includes("cannot break"));
    expect([file, complaints]).toEqual([file, []]);
  }
});
