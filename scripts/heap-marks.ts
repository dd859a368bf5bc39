#!/usr/bin/env bun
/**
 * `heap-marks.ts PROGRAM WRITTEN IMAGE MARKS`: lets PROGRAM, whose heap image has every block apart, do what the host
 * program does all day, watched by WRITTEN (native/written.c): a create, another verb, a hook of anybody's, a compiled hook.
 * Where that cannot be (no root, no ptrace) MARKS stays empty, and the program that is built touches more pages.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { emptyProgram } from "../bench/elf.ts";
import { configOf, hookOf } from "../bench/fixtures.ts";
import { append } from "../src/author/append.ts";
import { bundleHook } from "../src/author/bundle.ts";
import { filesOf } from "../src/author/template.ts";
import { define } from "../test/support/plan.ts";
import { tempRoot } from "../test/support/root.ts";

const [program = "", written = "", image = "", marks = ""] = process.argv
  .slice(2)
  .map((path) => resolve(path));
const ENTRY = resolve(import.meta.dir, "../src/cli/main.ts");

interface Hook {
  path: string;
  args: string[];
  env: string[];
}

function run(argv: string[], options: { env: Record<string, string>; stdin?: string }): void {
  const { exitCode, stderr } = Bun.spawnSync(argv, {
    env: options.env,
    stdin: Buffer.from(options.stdin ?? ""),
  });
  if (exitCode !== 0) throw new Error(`${argv.join(" ")}: status ${exitCode}: ${stderr.toString()}`);
}

/** A hook as its author compiles it, behind the program. */
async function compiledHook(work: string): Promise<string> {
  const source = `${work}/greet.ts`;
  writeFileSync(source, filesOf("plain", { name: "greet", sdk: "" })["greet.ts"] ?? "");
  writeFileSync(`${work}/hook.js`, await bundleHook(source, resolve(import.meta.dir, "..")));
  run([`${dirname(program)}/hookwright-compile`, "--strip", `${work}/pack`, work, "hook.js"], { env: {} });
  const hook = `${work}/greet`;
  writeFileSync(hook, append(readFileSync(program), readFileSync(`${work}/pack`)), { mode: 0o755 });
  return hook;
}

/** The program as `name`, so that no link is needed; what it writes to gets the mark of that applet. */
function watched(name: "runtime" | "guard", args: readonly string[]): string[] {
  return [written, image, marks, name[0] ?? "", program, name, ...args];
}

async function observe(): Promise<void> {
  const { root, work, remove } = tempRoot();
  try {
    const env = { HOOKWRIGHT_ROOT: root };
    const runtime = `${work}/runc`;
    const host = `${work}/host`;
    writeFileSync(runtime, emptyProgram(), { mode: 0o755 });
    writeFileSync(host, readFileSync(program), { mode: 0o755 });
    const hook = { path: hookOf(work, 4096), timeout: 5 };
    define(root, "hook", { version: "1.0.0", hook, when: { always: true }, stages: ["createRuntime"] });
    run([process.execPath, ENTRY, "--root", root, "apply", "--host", host], { env: {} });
    const bundle = `${work}/bundle`;
    const config = `${bundle}/config.json`;
    mkdirSync(bundle);
    writeFileSync(config, configOf(11 * 1024));
    const asRuntime = (...words: string[]) => watched("runtime", ["--runtime-path", runtime, ...words]);
    run(asRuntime("state", "container"), { env });
    run(asRuntime("create", "--bundle", bundle, "container"), { env });
    const [entry] = (JSON.parse(readFileSync(config, "utf8")) as { hooks: { createRuntime: Hook[] } }).hooks
      .createRuntime;
    const state = { ociVersion: "1.0.2", id: "container", status: "creating", pid: 1, bundle };
    run(watched("guard", entry?.args.slice(1) ?? []), { env, stdin: JSON.stringify(state) });
    const compiled = [written, image, marks, "h", await compiledHook(work)];
    run(compiled, { env: { HOOKWRIGHT_STAGE: "createRuntime" }, stdin: JSON.stringify(state) });
  } finally {
    remove();
  }
}

writeFileSync(marks, "0 0 0 0\n");
try {
  await observe();
} catch (error) {
  console.error(`the program will be slower by some tenths of a millisecond: ${String(error)}`);
}
