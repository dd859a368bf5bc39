import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GLOBAL_FLAGS, variableOf, verbOf, walk } from "./grammar.ts";
import { helpOf } from "./help.ts";
import { parse } from "./parse.ts";
import { commandReference } from "./reference.ts";
import { tree } from "./tree.ts";

const all = [...walk(tree)];
const flags = all.flatMap(({ path, command }) =>
  [...(verbOf(command)?.flags ?? []), ...GLOBAL_FLAGS].map((flag) => ({ path, flag })),
);

test("docs/commands.md is what the tree says (scripts/generate-docs.ts writes it)", () => {
  const text = readFileSync(join(import.meta.dir, "../../docs/commands.md"), "utf8");
  expect(text).toBe(commandReference(tree));
});

test.each(all.map(({ path, command }) => [path.join(" "), command] as const))(
  "the help of '%s' opens with examples",
  (path, command) => {
    const [, second = ""] = helpOf(command, path === "" ? [] : path.split(" ")).split("\n\n");
    expect(second).toStartWith("Examples:\n  hookwright ");
    expect(second.split("\n")).toHaveLength(3);
  },
);

test("every example is a command line that is understood", () => {
  for (const { command } of all) {
    for (const { command: line } of command.examples) {
      const [first = ""] = line.split(/ (?:>|&&|\|) /);
      const words = (first.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ""));
      expect(parse(tree, words.slice(1), {}).kind).toBe("verb");
    }
  }
});

test("a flag takes a value wherever it stands, or nowhere: shells rely on it", () => {
  const kinds = new Map<string, boolean>();
  for (const { flag } of flags) {
    const takes = flag.value !== undefined;
    for (const word of [`--${flag.name}`, ...(flag.short === undefined ? [] : [`-${flag.short}`])]) {
      expect([word, kinds.get(word) ?? takes]).toEqual([word, takes]);
      kinds.set(word, takes);
    }
  }
});

test("no flag of a verb hides a flag of every command", () => {
  const own = all.flatMap(({ command }) => verbOf(command)?.flags ?? []);
  const words = (of: typeof own) =>
    of.flatMap(({ name, short }) => [name, short].filter((word) => word !== undefined));
  expect(
    words(own).filter((word) => [...words([...GLOBAL_FLAGS]), "help", "h", "version", "V"].includes(word)),
  ).toEqual([]);
});

test("summaries are short, and no sentence", () => {
  for (const { command } of all) {
    expect(command.summary.length).toBeLessThanOrEqual(72);
    expect(command.summary).toMatch(/^[a-z].*[^.]$/);
  }
});

test("two flags never share a variable", () => {
  const owners = new Map<string, string>();
  for (const { path, flag } of flags) {
    const variable = variableOf(flag, path);
    const owner =
      GLOBAL_FLAGS.includes(flag) || flag.variable !== undefined
        ? flag.name
        : `${path.join(" ")} ${flag.name}`;
    expect(owners.get(variable) ?? owner).toBe(owner);
    owners.set(variable, owner);
  }
});
