/** `completion` and the hidden `__complete` and `man`: what a shell and a packager ask for. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { EXIT, Failure } from "../../spec/failure.ts";
import type { Command, Verb } from "../grammar.ts";

const SHELLS = ["bash", "zsh", "fish"];

/** The verbs that describe the tree, which they are part of. */
export function shellVerbs(tree: () => Command): Verb[] {
  return [completion(tree), complete, man(tree)];
}

function completion(tree: () => Command): Verb {
  return {
    kind: "verb",
    name: "completion",
    summary: "print what makes a shell complete hookwright",
    examples: [
      {
        command: "hookwright completion bash > /usr/share/bash-completion/completions/hookwright",
        means: "for every user of bash",
      },
      { command: "hookwright completion fish | source", means: "for this fish only" },
    ],
    arguments: [{ name: "SHELL", summary: "bash, zsh or fish", choices: SHELLS }],
    async run({ args: [shell = ""] }) {
      switch (shell) {
        case "bash":
          return { kind: "raw", text: (await import("../completion/bash.ts")).bashCompletion(tree()) };
        case "zsh":
          return { kind: "raw", text: (await import("../completion/zsh.ts")).zshCompletion(tree()) };
        case "fish":
          return { kind: "raw", text: (await import("../completion/fish.ts")).fishCompletion(tree()) };
        default:
          throw new Failure("usage", `complete for ${JSON.stringify(shell)}: there is no script for it`, {
            hint: `Use one of ${SHELLS.join(", ")}.`,
            exitCode: EXIT.usage,
          });
      }
    },
  };
}

const complete: Verb = {
  kind: "verb",
  name: "__complete",
  hidden: true,
  summary: "print the names that a completion script asks for",
  examples: [
    { command: "hookwright __complete hook", means: "names of hooks" },
    { command: "hookwright __complete run", means: "ids of the latest runs" },
  ],
  arguments: [{ name: "KIND", summary: "hook, container, run or stage" }],
  async run({ roots, args: [kind = ""] }) {
    const { namesOf } = await import("../../commands/complete.ts");
    return {
      kind: "raw",
      text: namesOf(roots, kind)
        .map((name) => `${name}\n`)
        .join(""),
    };
  },
};

function man(tree: () => Command): Verb {
  return {
    kind: "verb",
    name: "man",
    hidden: true,
    summary: "write all man pages into a directory",
    examples: [
      { command: "hookwright man build/man", means: "for a package" },
      { command: "hookwright man . && man ./hookwright.1", means: "read one" },
    ],
    arguments: [{ name: "DIR", summary: "made when it is not there", completes: "directory" }],
    async run({ args: [dir = ""], cwd }) {
      const { manPages } = await import("../man/pages.ts");
      const pages = manPages(tree());
      const target = resolve(cwd, dir);
      mkdirSync(target, { recursive: true });
      for (const page of pages) writeFileSync(join(target, page.file), page.text);
      const names = pages.map((page) => page.file);
      return { kind: "whole", data: names, view: [`${pages.length} pages in ${target}`], names };
    },
  };
}
