/** `hook add` and `hook remove`: definition files of this host. Nothing takes effect before `apply`. */

import { EXIT, Failure } from "../../spec/failure.ts";
import { STAGES } from "../../spec/stage.ts";
import { absolute } from "../absolute.ts";
import type { Flag, Verb } from "../grammar.ts";

const DRY_RUN: Flag = { name: "dry-run", summary: "print the file, write nothing" };

export const add: Verb = {
  kind: "verb",
  name: "add",
  summary: "install a definition file, or write one around a program",
  description: [
    "The file is checked first. All flags but --name, --force and --dry-run are for a program. Without a condition its hook runs for every container.",
    "A word that begins with a dash is given with =, such as --arg=-v.",
  ],
  examples: [
    { command: "hookwright hook add bridge-network.yaml", means: "a definition as it stands" },
    {
      command:
        "hookwright hook add /opt/net --stage createRuntime --when-annotation com.example.net=bridge --timeout 5",
      means: "a program, for some containers",
    },
  ],
  arguments: [
    { name: "SOURCE", summary: "definition file (.json, .yaml, .yml) or executable", completes: "file" },
  ],
  flags: [
    { name: "name", value: "NAME", summary: "name of the definition; that of the source when absent" },
    { name: "force", summary: "replace a definition of the same name" },
    {
      name: "stage",
      value: "STAGE",
      repeat: true,
      choices: STAGES,
      completes: "stage",
      summary: "where it runs; createRuntime when absent",
    },
    {
      name: "when-annotation",
      value: "KEY=VALUE",
      repeat: true,
      summary: "only for containers with exactly this annotation",
    },
    {
      name: "when-command",
      value: "PATTERN",
      repeat: true,
      summary: "only for containers whose program matches",
    },
    { name: "arg", value: "WORD", repeat: true, summary: "an argument after the program's name" },
    {
      name: "env",
      value: "NAME=VALUE",
      repeat: true,
      summary: "a variable of its environment; a plain PATH when there is none",
    },
    { name: "timeout", value: "SECONDS", summary: "1 to 30; 10 when absent" },
    {
      name: "on-failure",
      value: "WHAT",
      choices: ["stop", "continue"],
      summary: "whether a failure stops the container; stop when absent",
    },
    {
      name: "interpreter",
      value: "HOW",
      summary: "for a script: pin, trust or sha256:DIGEST; pin when absent",
    },
    DRY_RUN,
  ],
  kernel: true,
  async run({ roots, args: [source = ""], flags, cwd }) {
    const { hookAdd } = await import("../../commands/hook-add.ts");
    const { problemNotes } = await import("../plan-text.ts");
    const list = (name: string) => (flags.list(name).length === 0 ? undefined : flags.list(name));
    const options = {
      name: flags.text("name"),
      stages: list("stage"),
      whenAnnotations: list("when-annotation"),
      whenCommands: list("when-command"),
      args: list("arg"),
      env: list("env"),
      timeout: secondsOf(flags.text("timeout")),
      onFailure: flags.text("on-failure"),
      interpreter: flags.text("interpreter"),
    };
    const dryRun = flags.on("dry-run");
    const path = absolute(source, cwd);
    const done = await hookAdd(roots, {
      source: path,
      force: flags.on("force"),
      dryRun,
      ...present(options),
    });
    const said = `${done.replaced ? "replaced" : "wrote"} ${done.file}; run \`hookwright apply\` to put it in force`;
    return {
      kind: "whole",
      data: done,
      view: dryRun ? done.text.replace(/\n$/, "").split("\n") : [said],
      names: [done.file],
      notes: [...problemNotes(done.problems), ...(dryRun ? [`note: would be ${done.file}`] : [])],
    };
  },
};

export const remove: Verb = {
  kind: "verb",
  name: "remove",
  summary: "remove a definition file of this host",
  examples: [
    { command: "hookwright hook remove bridge-network", means: "in force until the next apply" },
    { command: "hookwright hook remove --dry-run bridge-network", means: "see which file it is" },
  ],
  arguments: [{ name: "NAME", summary: "name of the definition, or of its file", completes: "hook" }],
  flags: [{ name: "dry-run", summary: "say which file it is, remove nothing" }],
  kernel: true,
  async run({ roots, args: [name = ""], flags }) {
    const { hookRemove } = await import("../../commands/hook-remove.ts");
    const dryRun = flags.on("dry-run");
    const done = await hookRemove(roots, { name, dryRun });
    const said = dryRun
      ? `would remove ${done.file}`
      : `removed ${done.file}; run \`hookwright apply\` to put it out of force`;
    const notes = done.uncovers === undefined ? [] : [`note: ${done.uncovers} counts from now on`];
    return { kind: "whole", data: done, view: [said], names: [done.file], notes };
  },
};

/** The members that are not undefined. */
function present<T extends object>(options: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function secondsOf(words: string | undefined): number | undefined {
  if (words === undefined || /^\d{1,9}$/.test(words)) return words === undefined ? undefined : Number(words);
  throw new Failure("usage", `read --timeout ${JSON.stringify(words)}: it is not a number of seconds`, {
    hint: "Give whole seconds, 1 to 30.",
    exitCode: EXIT.usage,
  });
}
