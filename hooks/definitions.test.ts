/** The definitions that are shipped with the built-in hooks, and the one that `hook new` writes, have nothing that the lint would say. */

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { filesOf, TEMPLATES } from "../src/author/template.ts";
import { readDefinition } from "../src/plan/read-definition.ts";

const problemsOf = (file: string, text: string) =>
  readDefinition(file, text, "apply").report.problems.map(
    ({ rule, message }) => `${file}: ${rule}: ${message}`,
  );

test("built-in hooks", () => {
  const names = readdirSync(import.meta.dir, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = names.map(({ name }) => `${import.meta.dir}/${name}/${name}.yaml`);
  expect(files.length).toBeGreaterThan(0);
  expect(files.flatMap((file) => problemsOf(file, readFileSync(file, "utf8")))).toEqual([]);
});

test("new hooks", () => {
  for (const template of TEMPLATES) {
    const text = filesOf(template, { name: "greet", sdk: "/sdk" })["greet.yaml"] ?? "";
    expect(problemsOf("greet.yaml", text)).toEqual([]);
  }
});
