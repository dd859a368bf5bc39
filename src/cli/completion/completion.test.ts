import { expect, test } from "bun:test";
import { tree } from "../tree.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

/** What bash offers for a line whose last word is being typed. */
function offered(line: string): string[] {
  const script = `${bashCompletion(tree)}
    hookwright() { [[ $1 == __complete ]] && printf '%s\\n' "name-of-$2"; }
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hookwright; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = Bun.spawnSync(["bash", "-c", script, "bash", ...line.split(" ")]);
  expect(stderr.toString().replaceAll(/.*compopt: not currently executing.*\n/g, "")).toBe("");
  return stdout.toString().trim().split("\n");
}

test.each([
  ["hookwright ho", ["hook"]],
  ["hookwright hook s", ["show"]],
  ["hookwright bundle hooks ", ["list", "add", "remove"]],
  ["hookwright --root /r hook l", ["list"]],
  ["hookwright events --foll", ["--follow"]],
  ["hookwright events --result cra", ["crashed"]],
  ["hookwright events --hook ", ["name-of-hook"]],
  ["hookwright hook show ", ["name-of-hook"]],
  ["hookwright events show ", ["name-of-run"]],
  ["hookwright completion z", ["zsh"]],
  ["hookwright hook list --form", ["--format"]],
])("bash completes %p", (line, words) => {
  expect(offered(line)).toEqual(words);
});

test("bash completes directories", () => {
  expect(offered("hookwright bundle show /us")).toEqual(["/usr"]);
});

test("hidden verbs are not offered", () => {
  expect(offered("hookwright ").filter((word) => word.startsWith("_") || word === "man")).toEqual([]);
});

test.each([
  ["zsh", zshCompletion(tree), ["zsh", "-n"]],
  ["fish", fishCompletion(tree), ["fish", "--no-execute"]],
])(
  "the script for %s names every verb and is accepted by the shell, where there is one",
  (shell, script, check) => {
    for (const word of ["rollback", "explain", "bundle hooks", "__complete"]) expect(script).toContain(word);
    if (Bun.which(shell) === null) return;
    const { stderr, exitCode } = Bun.spawnSync([...check, "/dev/stdin"], { stdin: Buffer.from(script) });
    expect([exitCode, stderr.toString()]).toEqual([0, ""]);
  },
);

test("the same tree gives the same script", () => {
  expect(fishCompletion(tree)).toBe(fishCompletion(tree));
});
