/** `hook build`: the same sources make the same bytes, and what a hook cannot have is said with file and line. */

import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { built, hookwright } from "../support/programs.ts";
import { tempRoot } from "../support/root.ts";
import { run } from "../support/runtime.ts";

const GREET = `import { defineHook, option } from "hookwright/hook";
import { greeting } from "./greeting.ts";

export default defineHook({
  name: "greet",
  stages: ["createRuntime"],
  options: { word: option.text({ means: "what to say", fallback: "hello" }) },
  run({ container, options, log }) {
    log(greeting(options.word, container.id));
  },
});
`;
const GREETING = `export const greeting = (word: string, id: string): string => \`\${word} \${id}\`;\n`;

describe.skipIf(!built("hookwright", "hookwright-host"))("hook build", () => {
  const root = tempRoot();
  afterAll(() => root.remove());

  /** Writes the sources into a directory of their own, and builds greet.ts there. */
  const build = async (name: string, sources: { [file: string]: string }, compiler = false) => {
    const directory = `${root.work}/${name}`;
    mkdirSync(directory, { recursive: true });
    for (const [file, source] of Object.entries(sources)) writeFileSync(`${directory}/${file}`, source);
    if (compiler) {
      mkdirSync(`${directory}/node_modules/.bin`, { recursive: true });
      symlinkSync(`${import.meta.dir}/../../node_modules/.bin/tsc`, `${directory}/node_modules/.bin/tsc`);
    }
    const done = await hookwright(root.root, ["hook", "build", "greet.ts", "-o", "out", "--format", "json"], {
      cwd: directory,
    });
    return { ...done, out: `${directory}/out` };
  };
  const sources = { "greet.ts": GREET, "greeting.ts": GREETING };

  test("the same bytes wherever the sources lie, and a program that runs", async () => {
    const first = await build("one", sources);
    const second = await build("another/deeper", sources, true);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.stderr).toContain("the types were not checked");
    expect(second.stderr).toBe("");
    const bytes = readFileSync(first.out);
    expect(bytes.equals(readFileSync(second.out))).toBe(true);
    expect(JSON.parse(first.stdout)).toMatchObject({
      name: "greet",
      stages: ["createRuntime"],
      file: first.out,
      size: statSync(first.out).size,
      digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
      typesChecked: false,
    });
    const state = JSON.stringify({ id: "c1", status: "creating", bundle: "/b", pid: 1 });
    const ran = await run([first.out, "--word", "good day"], { stdin: state, env: {} });
    expect(ran).toMatchObject({ code: 0, stdout: "", stderr: "good day c1\n" });
    const wrong = await run([first.out, "--wrod", "x"], { stdin: state, env: {} });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no option --wrod") });
    const stray = await run([first.out], { stdin: "[]", env: {} });
    expect(stray).toMatchObject({ code: 126, stderr: expect.stringContaining("not a JSON object") });
  });

  test.each([
    ["a module of Node", `import { readFileSync } from "node:fs";`, "readFileSync;", "imports node:fs"],
    ["one without its prefix", `import * as path from "path";`, "path;", "imports path"],
    ["a module of Bun", `import { ptr } from "bun:ffi";`, "ptr;", "imports bun:ffi"],
    ["an import at run time", "", `import("./greeting.ts");`, "imports at run time"],
    ["a global of Node", "", `process.exit(1);`, "uses process"],
    ["a global of browsers", "", `fetch("http://localhost");`, "uses fetch"],
    ["the console", "", `console.log(1);`, "uses console: use the context's `log`"],
    ["eval", "", `eval("1");`, "uses eval"],
  ])("%s is refused with its line", async (name, imported, used, said) => {
    const greeting = `${imported}\n// console.log(process) in a comment\n${used}\n${GREETING}`;
    const done = await build(name.replaceAll(" ", "-"), { "greet.ts": GREET, "greeting.ts": greeting });
    expect([done.code, done.stdout]).toEqual([1, ""]);
    const line = imported === "" ? 3 : 1;
    expect(done.stderr).toContain(`/greeting.ts:${line}: ${said}`);
    expect(existsSync(done.out)).toBe(false);
  });

  test("a name of one's own that a global has too is no global", async () => {
    const greeting = `export const greeting = (process: string, console: string) => \`\${process} \${console}\`;\n`;
    expect(await build("shadowed", { "greet.ts": GREET, "greeting.ts": greeting })).toMatchObject({
      code: 0,
    });
  });

  test.each([
    ["types that do not fit", GREET.replace("options.word,", "options.wrod,"), "/greet.ts:9:"],
    [
      "a module that is not there",
      GREET.replace("./greeting.ts", "./greetings.ts"),
      'resolve: "./greetings.ts"',
    ],
    ["what is no TypeScript", GREET.replace("run({", "run({{"), "/greet.ts:8"],
    ["no hook", "export const nothing = 1;\n", "does not export a hook"],
    ["a name that cannot be one", GREET.replace('"greet"', '"Greet!"'), "define the hook Greet!: a name has"],
  ])("%s: nothing is built", async (name, greet, said) => {
    const done = await build(name.replaceAll(" ", "-"), { "greet.ts": greet, "greeting.ts": GREETING }, true);
    expect([done.code, done.stdout]).toEqual([1, ""]);
    expect(done.stderr).toContain(said);
    expect(existsSync(done.out)).toBe(false);
  });
});
