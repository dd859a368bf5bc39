/**
 * One directory per case below test/fixtures/definitions: hooks.d files, and in `expected` what `hook check` says of them,
 * one line each. `UPDATE=1 bun test src/commands/hook-check.test.ts` writes what is said now; read the difference before you
 * commit it. The cases `public-*` have the shapes of files that other projects ship: none of them may have an error.
 */

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { isDefinitionFile } from "../plan/definition-file.ts";
import { RULES } from "../plan/lint/rule.ts";
import { fileName } from "../rules/hooks/order.ts";
import { hookCheck } from "./hook-check.ts";

bind(primitive);
const DIR = `${import.meta.dir}/../../test/fixtures/definitions`;
const told = new Set<string>();

async function lines(name: string): Promise<string[]> {
  const files = readdirSync(`${DIR}/${name}`).filter(isDefinitionFile);
  const { problems } = await hookCheck({
    files: files.map((file) => `${DIR}/${name}/${file}`),
    programs: false,
  });
  for (const { rule } of problems) told.add(rule);
  return problems.map(
    ({ file, line, column, severity, rule, message, mend }) =>
      `${fileName(file)}:${line}:${column}: ${severity}: ${rule}: ${message.replaceAll(`${DIR}/${name}/`, "")} -> ${mend}`,
  );
}

describe("fixtures", () => {
  for (const name of readdirSync(DIR).sort()) {
    test(name, async () => {
      const found = (await lines(name)).map((line) => `${line}\n`).join("");
      const path = `${DIR}/${name}/expected`;
      if (process.env.UPDATE === "1") writeFileSync(path, found);
      expect(found).toBe(readFileSync(path, "utf8"));
      if (name.startsWith("public-")) expect(found).not.toContain(": error: ");
    });
  }

  test("every rule that needs no disk is shown by a case", () => {
    const disk = [
      "missing-program",
      "not-executable",
      "digest-mismatch",
      "interpreter",
      "in-container",
      "missing-device",
      "edit-feeds-condition",
    ];
    const unsafe = Object.keys(RULES).filter((rule) => rule.startsWith("unsafe-"));
    const elsewhere = new Set([...disk, ...unsafe, "missing-file", "bad-name"]);
    expect(Object.keys(RULES).filter((rule) => !told.has(rule) && !elsewhere.has(rule))).toEqual([]);
  });
});
