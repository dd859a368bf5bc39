/** The host program from outside: how a name chooses an applet, and what becomes of a program that fails. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";

const ROOT = `${import.meta.dir}/../..`;
const HOST = `${ROOT}/dist/hookwright-host`;
const COMPILE = `${ROOT}/.cache/build/${process.arch === "arm64" ? "aarch64" : "x86_64"}/hookwright-compile`;
const EXIT_GROUP = process.arch === "arm64" ? 94 : 231;

let dir: string;

function run(program: string, ...args: string[]) {
  const { exitCode, stdout, stderr } = Bun.spawnSync([program, ...args], { cwd: "/", env: { ONE: "1" } });
  return { exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

/** Appends modules, the first one the entry, to a copy of the host program. */
function program(modules: { [name: string]: string }): string {
  const names = Object.keys(modules);
  for (const name of names) writeFileSync(`${dir}/${name}`, modules[name] ?? "");
  const out = `${dir}/my-hook`;
  const compiled = run(COMPILE, `${dir}/pack`, dir, ...names);
  if (compiled.exitCode !== 0) throw new Error(compiled.stderr);
  const appended = run(process.execPath, `${ROOT}/scripts/append.ts`, HOST, `${dir}/pack`, out);
  if (appended.exitCode !== 0) throw new Error(appended.stderr);
  return out;
}

describe.skipIf(!existsSync(HOST))("hookwright-host", () => {
  beforeAll(() => {
    dir = mkdtempSync("/tmp/hookwright-host-test-");
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  test("without a name it lists its applets, on stdout when asked", () => {
    const asked = run(HOST, "--help");
    expect(asked).toMatchObject({ exitCode: 0, stderr: "" });
    for (const name of ["hookwright-runtime", "hookwright-guard", "oci-add-hooks"])
      expect(asked.stdout).toContain(name);
    expect(run(HOST)).toMatchObject({ exitCode: 125, stdout: "", stderr: asked.stdout });
    symlinkSync(HOST, `${dir}/unknown-name`);
    expect(run(`${dir}/unknown-name`, "state", "x").exitCode).toBe(125);
  });

  test("the wrapper hands over by any of its names", () => {
    symlinkSync(HOST, `${dir}/hookwright-runtime`);
    const byLink = run(`${dir}/hookwright-runtime`, "--runtime-path", "/bin/echo", "state", "a b");
    expect(byLink).toEqual({ exitCode: 0, stdout: "state a b\n", stderr: "" });
    for (const word of ["runtime", "hookwright-runtime"])
      expect(run(HOST, word, "--runtime-path", "/bin/echo", "state", "a b")).toEqual(byLink);
  });

  test("it is small and static", () => {
    expect(statSync(HOST).size).toBeLessThan(1_500_000);
    expect(Bun.spawnSync(["readelf", "-lW", HOST]).stdout.toString()).not.toContain("INTERP");
  });

  test("appended bytecode runs instead, with static and dynamic imports", () => {
    const hook = program({
      "main.js": `import { a } from "./a.js"; const h = globalThis.hookwrightHost;
        const { b } = await import("./b.js");
        const line = h.encode(JSON.stringify([a, b, h.applet, h.argv.slice(1), h.env, h.decode(h.envBytes)]));
        h.syscall(h.arch === "x86_64" ? 1 : 64, 1, line, line.length);`,
      "a.js": "export const a = 1;",
      "b.js": "export const b = /^x+$/.test('xx');",
    });
    const ran = run(hook, "one", "é");
    expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
    expect(JSON.parse(ran.stdout)).toEqual([1, true, "my-hook", ["one", "é"], ["ONE=1"], "ONE=1\0"]);
  });

  test("a program can leave with any status", () => {
    expect(run(program({ "main.js": `hookwrightHost.syscall(${EXIT_GROUP}, 7);` })).exitCode).toBe(7);
  });

  for (const [what, source] of [
    ["an error", `function inner() { throw new TypeError("broken"); } inner();`],
    ["a rejected promise that nobody awaits", `Promise.reject(new TypeError("broken"));`],
    ["a rejection after a pause", `await null; throw new TypeError("broken");`],
  ] as const) {
    test(`${what} that nobody catches is exit 125, with a stack`, () => {
      const ran = run(program({ "main.js": source }));
      expect(ran).toMatchObject({ exitCode: 125, stdout: "" });
      expect(ran.stderr).toStartWith("hookwright-my-hook: internal error: TypeError: broken\n    at ");
      expect(ran.stderr).toContain("main.js");
    });
  }

  test("waiting for nothing, a missing module and a deep recursion are exit 125 too", () => {
    expect(run(program({ "main.js": "await new Promise(() => {});" }))).toMatchObject({
      exitCode: 125,
      stderr: "hookwright-my-hook: internal error: the program waits for something that cannot happen\n",
    });
    expect(run(program({ "main.js": `import "./nowhere.js";` })).stderr).toContain("nowhere.js");
    expect(run(program({ "main.js": "(function f() { f(); })();" }))).toMatchObject({ exitCode: 125 });
    expect(run(program({ "main.js": `JSON.parse("[".repeat(1e6));` }))).toMatchObject({ exitCode: 125 });
  });

  test("a file that was cut short is said, not crashed on", () => {
    const hook = program({ "main.js": "" });
    truncateSync(hook, statSync(HOST).size);
    expect(run(hook)).toMatchObject({
      exitCode: 125,
      stderr: "hookwright-my-hook: internal error: its own file is cut short\n",
    });
  });

  test("running out of memory is an error like any other", () => {
    const hook = program({ "main.js": "const all = []; for (;;) all.push(new Uint8Array(1 << 20));" });
    const ran = Bun.spawnSync(["sh", "-c", `ulimit -v 60000; exec ${hook}`]);
    expect(ran.exitCode).toBe(125);
    expect(ran.stderr.toString()).toContain("out of memory");
  });

  test("the name is argv[0], not the file's: the store keeps it under its digest", () => {
    copyFileSync(HOST, `${dir}/copy`);
    const ran = Bun.spawnSync([`${dir}/copy`, "--runtime-path", "/bin/echo", "state", "y"], {
      argv0: "hookwright-runtime",
    });
    expect(ran.stdout.toString()).toBe("state y\n");
  });
});
