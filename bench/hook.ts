/** A hook that its author compiled, over the bare host program, and beside the same hook as a shell script. */

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { append } from "../src/author/append.ts";
import { filesOf } from "../src/author/template.ts";
import { must } from "../test/support/command.ts";
import { program } from "../test/support/programs.ts";
import type { TempRoot } from "../test/support/root.ts";
import { emptyProgram } from "./elf.ts";
import { clock, peak } from "./measure.ts";
import { baseline, compare, figure, heading } from "./report.ts";

/** The hook that `hook new` makes, in the words of a shell. */
const SHELL = `#!/bin/sh
state=$(cat)
id=\${state#*\\"id\\":\\"}
echo "\${GREET_WORD:-hello} from \${id%%\\"*} at $HOOKWRIGHT_STAGE" >&2
`;

export async function compiledHook(root: TempRoot, rounds: number): Promise<void> {
  heading("compiled hook, over the bare host program (the engine in place, and nothing to run)");
  const work = `${root.work}/hook`;
  mkdirSync(work);
  const state = `${work}/state.json`;
  writeFileSync(
    state,
    JSON.stringify({ ociVersion: "1.0.2", id: "bench", status: "creating", pid: 1, bundle: work }),
  );
  const [empty, bare, hook, shell] = [
    `${work}/empty`,
    bareProgram(work),
    builtHook(work),
    `${work}/greet.sh`,
  ];
  writeFileSync(empty, emptyProgram(), { mode: 0o755 });
  writeFileSync(shell, SHELL, { mode: 0o755 });
  const env = ["HOOKWRIGHT_STAGE=createRuntime", "PATH=/usr/bin:/bin"];
  const step = (path: string) => [{ argv: [path], env, stdin: state }];
  const times = await clock(rounds, [
    { name: "empty", steps: step(empty) },
    { name: "bare host program", steps: step(bare) },
    { name: "hook in TypeScript", steps: step(hook) },
    { name: "the same in shell", steps: step(shell) },
  ]);
  baseline("bare host program", times);
  compare("hook in TypeScript", times, "bare host program", 0.3, "empty");
  figure("  resident KiB", peak([hook], env, state), 2048);
  compare("the same in shell", times, "bare host program");
  figure("  resident KiB", peak([shell], env, state));
}

function builtHook(work: string): string {
  const facts = { name: "greet", sdk: "" };
  writeFileSync(`${work}/greet.ts`, filesOf("plain", facts)["greet.ts"] ?? "");
  must([program("hookwright"), "hook", "build", `${work}/greet.ts`]);
  return `${work}/greet`;
}

/** The host program with a module behind it that does nothing. */
function bareProgram(work: string): string {
  writeFileSync(`${work}/nothing.js`, "");
  must([program("hookwright-compile"), "--strip", `${work}/pack`, work, "nothing.js"]);
  const path = `${work}/bare`;
  writeFileSync(path, append(readFileSync(program("hookwright-host")), readFileSync(`${work}/pack`)));
  chmodSync(path, 0o755);
  return path;
}
