/**
 * The definition reader against mutated files, JSON and YAML. What must hold: it never throws; every problem has a place
 * in the text and a mend; a file without an error gives a definition; and JSON means what JSON.parse says it means.
 */

import { locateJson } from "../../src/codec/definition/json.ts";
import { plainValue } from "../../src/codec/definition/located.ts";
import { readDefinition } from "../../src/plan/read-definition.ts";
import { mutate, randomFrom } from "./json-mutate.ts";
import type { FuzzTarget } from "./run.ts";

const CURRENT = {
  version: "1.0.0",
  name: "a",
  hook: { path: "/usr/bin/x", args: ["x", "--a", "b"], env: ["A=1"], timeout: 5 },
  when: {
    always: true,
    annotations: { "^a(b|c)$": "^[x-z]+$" },
    commands: ["^/bin/.*sh$"],
    hasBindMounts: true,
  },
  stages: ["createRuntime", "poststop"],
  edits: { env: ["A=1"], seccomp: { file: "/x" }, rlimits: [{ type: "RLIMIT_CORE", soft: 0, hard: 1 }] },
  guard: { onFailure: "continue", allowDetach: 5, interpreter: "pin" },
  position: "append",
};

const SEEDS: readonly (readonly [file: string, text: string])[] = [
  ["a.json", JSON.stringify(CURRENT)],
  ["a.json", JSON.stringify(CURRENT, null, 2)],
  [
    "a.json",
    '{"hook":"/x","cmds":["^a$"],"annotation":["a","(?i)b"],"stage":["prestart"],"hasbindmounts":false}',
  ],
  [
    "a.yaml",
    "version: 1.0.0\nhook:\n  path: /x # it\n  args: [x, 'y', \"z\"]\nwhen:\n  always: yes\nstages:\n  - poststop\n",
  ],
  [
    "a.yml",
    "version: 1.0.0\nedits: {env: [A=1], mounts: [{hostPath: /a, containerPath: /b}]}\nwhen: {commands: ['^a$']}\n",
  ],
];

export const definition: FuzzTarget = {
  name: "definition",
  run(seed, executions) {
    const random = randomFrom(seed);
    for (let i = 0; i < executions; i++) {
      const [file, original] = random.pick(SEEDS);
      const text = mutate(original, random);
      try {
        check(file, text);
      } catch (error) {
        throw new Error(`seed ${seed}, execution ${i}, ${file}, input ${JSON.stringify(text)}`, {
          cause: error,
        });
      }
    }
  },
};

function check(file: string, text: string): void {
  const { report, definition: found } = readDefinition(file, text, "apply");
  const lines = text.split("\n");
  for (const { line, column, message, mend } of report.problems) {
    if (message === "" || mend === "") throw new Error("a problem without words");
    if (line < 1 || line > lines.length || column < 1 || column > (lines[line - 1] ?? "").length + 1) {
      throw new Error(`a problem at ${line}:${column}, which is not there`);
    }
  }
  if (!report.failed && found === undefined) throw new Error("neither a problem nor a definition");
  if (file.endsWith(".json")) checkJson(text);
}

function checkJson(text: string): void {
  let expected: { value: unknown } | undefined;
  try {
    expected = { value: JSON.parse(text) };
  } catch {
    expected = undefined;
  }
  const { root, problems } = locateJson(text);
  const deep = problems.some(({ message }) => message.startsWith("nested deeper"));
  if (!deep && (root === undefined) !== (expected === undefined)) throw new Error("JSON.parse disagrees");
  if (root !== undefined && JSON.stringify(plainValue(root)) !== JSON.stringify(expected?.value)) {
    throw new Error("JSON.parse reads something else");
  }
}
