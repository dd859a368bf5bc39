/** A hook that its author compiled, over the bare host program, and beside the same hook in Go and as a shell script. */

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

/** The same for Go's compiler. */
const GO = `package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
)

func main() {
	word := flag.String("word", "hello", "what to say")
	flag.Parse()
	var state struct {
		ID string \`json:"id"\`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&state); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, *word, "from", state.ID, "at", os.Getenv("HOOKWRIGHT_STAGE"))
}
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
  const [empty, bare, hook, go, shell] = [
    `${work}/empty`,
    bareProgram(work),
    builtHook(work),
    goHook(work),
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
    { name: "the same in Go", steps: step(go) },
    { name: "the same in shell", steps: step(shell) },
  ]);
  baseline("bare host program", times);
  compare("hook in TypeScript", times, "bare host program", 0.3, "empty");
  figure("  resident KiB", peak([hook], env, state), 2048);
  compare("the same in Go", times, "bare host program");
  figure("  resident KiB", peak([go], env, state));
  compare("the same in shell", times, "bare host program");
  figure("  resident KiB", peak([shell], env, state));
}

function builtHook(work: string): string {
  const facts = { name: "greet", sdk: "" };
  writeFileSync(`${work}/greet.ts`, filesOf("plain", facts)["greet.ts"] ?? "");
  must([program("hookwright"), "hook", "build", `${work}/greet.ts`]);
  return `${work}/greet`;
}

function goHook(work: string): string {
  const out = `${work}/greet-go`;
  writeFileSync(`${work}/greet.go`, GO);
  const env = ["env", "CGO_ENABLED=0", `GOCACHE=${work}/go`];
  must([...env, "go", "build", "-ldflags=-s -w", "-o", out, `${work}/greet.go`]);
  return out;
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
