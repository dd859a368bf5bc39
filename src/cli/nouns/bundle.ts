/** `bundle`: a runc bundle's hooks, shown and edited by hand or from the plan in force. */

import type { HookRow } from "../../bundle/hook-rows.ts";
import { EXIT, Failure } from "../../spec/failure.ts";
import { RUNTIME_STAGES } from "../../spec/stage.ts";
import { absolute } from "../absolute.ts";
import type { Cell, Column, Table } from "../answer.ts";
import { changeText } from "../change-text.ts";
import type { Argument, Call, Flag, Noun, Verb } from "../grammar.ts";
import { shortDigest } from "../words.ts";

const BUNDLE: Argument = {
  name: "BUNDLE",
  summary: "directory that holds config.json",
  completes: "directory",
};
const DRY_RUN: Flag = { name: "dry-run", summary: "print the difference, write nothing" };

const show: Verb = {
  kind: "verb",
  name: "show",
  summary: "say what a bundle runs, and with which hooks",
  examples: [
    { command: "hookwright bundle show ./bundle", means: "the container and its hooks" },
    { command: "hookwright bundle show ./bundle --format '{{json .process.args}}'", means: "one field" },
  ],
  arguments: [BUNDLE],
  kernel: true,
  async run(call) {
    const { showBundle } = await import("../../commands/bundle-show.ts");
    const { bundleText } = await import("../bundle-text.ts");
    const view = await showBundle(call.roots, { bundle: bundleOf(call) });
    return {
      kind: "whole",
      data: view,
      view: bundleText(view, call.full),
      names: view.hooks.map((hook) => hook.path),
    };
  },
};

const apply: Verb = {
  kind: "verb",
  name: "apply",
  summary: "put the plan in force into a bundle, as the wrapper would",
  description: ["A second time changes nothing."],
  examples: [
    { command: "hookwright bundle apply --dry-run ./bundle", means: "see the difference" },
    { command: "hookwright bundle apply ./bundle && runc run -b ./bundle c1", means: "without the wrapper" },
  ],
  arguments: [BUNDLE],
  flags: [
    {
      name: "runtime",
      value: "NAME",
      summary: "runtime that will run the bundle, when it is not the plan's",
    },
    {
      name: "from-image",
      value: "oci:DIR:TAG",
      summary: "also the hooks that an image of a layout carries, when the host's configuration trusts them",
    },
    DRY_RUN,
  ],
  kernel: true,
  async run(call) {
    const { applyBundle } = await import("../../commands/bundle-apply.ts");
    const [runtime, fromImage] = [call.flags.text("runtime"), call.flags.text("from-image")];
    const done = await applyBundle(call.roots, {
      bundle: bundleOf(call),
      dryRun: call.flags.on("dry-run"),
      ...(runtime !== undefined && { runtime }),
      ...(fromImage !== undefined && { fromImage }),
    });
    const notes = done.skipped.map(({ name, message }) => `left out ${name}: ${message}`);
    if (done.sandbox) notes.push("this is a pod's sandbox, which gets no hooks");
    const said = `${done.path}: ${done.matched.length === 0 ? "no definition applies" : done.matched.join(", ")}`;
    return { kind: "whole", data: done, view: changeText(done, said), names: done.matched, notes };
  },
};

const list: Verb = {
  kind: "verb",
  name: "list",
  summary: "list the hooks of a bundle",
  examples: [
    {
      command: "hookwright bundle hooks list ./bundle",
      means: "ours and others, in the order in which they run",
    },
    {
      command: "hookwright bundle hooks list ./bundle --format json",
      means: "with arguments and environment",
    },
  ],
  arguments: [BUNDLE],
  kernel: true,
  async run(call) {
    const { listBundleHooks } = await import("../../commands/bundle-hooks-list.ts");
    const { hooks, problems } = await listBundleHooks(call.roots, { bundle: bundleOf(call) });
    return {
      kind: "whole",
      data: hooks,
      view: hooksTable(hooks, call.full),
      names: hooks.map((hook) => hook.path),
      notes: problems.map((problem) => `warning: ${problem}`),
    };
  },
};

const add: Verb = {
  kind: "verb",
  name: "add",
  summary: "add a hook to a bundle, without a plan and without the guard",
  description: ["A word that begins with a dash is given with =, such as --arg=-v."],
  examples: [
    {
      command:
        "hookwright bundle hooks add ./bundle --stage poststop --path /usr/local/bin/clean --timeout 5",
      means: "at one stage",
    },
    {
      command:
        "hookwright bundle hooks add ./bundle --stage createRuntime --path /opt/net --arg up --env IF=eth0 --dry-run",
      means: "see the difference",
    },
  ],
  arguments: [BUNDLE],
  flags: [
    {
      name: "stage",
      value: "STAGE",
      repeat: true,
      required: true,
      choices: RUNTIME_STAGES,
      completes: "stage",
      summary: "where it runs",
    },
    {
      name: "path",
      value: "PATH",
      required: true,
      completes: "file",
      summary: "absolute path; inside the container for startContainer",
    },
    { name: "arg", value: "WORD", repeat: true, summary: "an argument after the program's name" },
    {
      name: "env",
      value: "NAME=VALUE",
      repeat: true,
      summary: "a variable of its environment; a plain PATH when there is none",
    },
    { name: "timeout", value: "SECONDS", summary: "when the runtime may end it" },
    { name: "prepend", summary: "before the hooks that are there" },
    DRY_RUN,
  ],
  kernel: true,
  async run(call) {
    const { addBundleHook } = await import("../../commands/bundle-hooks-add.ts");
    const { flags } = call;
    const timeout = numberOf(flags.text("timeout"), "--timeout");
    const done = await addBundleHook({
      bundle: bundleOf(call),
      stages: flags.list("stage"),
      path: flags.text("path") ?? "",
      args: flags.list("arg"),
      env: flags.list("env"),
      prepend: flags.on("prepend"),
      dryRun: flags.on("dry-run"),
      ...(timeout !== undefined && { timeout }),
    });
    const said =
      done.added.length === 0
        ? "the hook is there already"
        : `${done.path}: added at ${done.added.join(", ")}`;
    const notes = done.doubts.map((doubt) => `warning: ${doubt}`);
    return { kind: "whole", data: done, view: changeText(done, said), names: done.added, notes };
  },
};

const remove: Verb = {
  kind: "verb",
  name: "remove",
  summary: "remove hooks from a bundle",
  description: ["Hooks go that meet all that is given. What meets nothing changes nothing."],
  examples: [
    { command: "hookwright bundle hooks remove ./bundle --ours", means: "all that Hookwright put there" },
    {
      command: "hookwright bundle hooks remove ./bundle --stage prestart --index 0",
      means: "the first of one stage",
    },
  ],
  arguments: [BUNDLE],
  flags: [
    {
      name: "stage",
      value: "STAGE",
      repeat: true,
      choices: RUNTIME_STAGES,
      completes: "stage",
      summary: "only of this stage",
    },
    { name: "index", value: "N", summary: "its place within the one stage that is given, from 0" },
    { name: "path", value: "PATH", completes: "file", summary: "hooks of exactly this path" },
    { name: "name", value: "NAME", completes: "hook", summary: "hooks of this definition" },
    { name: "ours", summary: "every hook that Hookwright injected" },
    DRY_RUN,
  ],
  kernel: true,
  async run(call) {
    const { removeBundleHooks } = await import("../../commands/bundle-hooks-remove.ts");
    const { flags } = call;
    const stages = flags.list("stage");
    const index = numberOf(flags.text("index"), "--index");
    const path = flags.text("path");
    const name = flags.text("name");
    const done = await removeBundleHooks(call.roots, {
      bundle: bundleOf(call),
      ours: flags.on("ours"),
      dryRun: flags.on("dry-run"),
      ...(stages.length > 0 && { stages }),
      ...(index !== undefined && { index }),
      ...(path !== undefined && { path }),
      ...(name !== undefined && { name }),
    });
    const said =
      done.removed.length === 0 ? "no such hook is there" : `${done.path}: removed ${done.removed.length}`;
    return {
      kind: "whole",
      data: done,
      view: changeText(done, said),
      names: done.removed.map((hook) => hook.path),
    };
  },
};

const hooks: Noun = {
  kind: "noun",
  name: "hooks",
  summary: "list, add and remove the hooks of a bundle",
  examples: [list.examples[0], remove.examples[0]],
  children: [list, add, remove],
};

export const bundle: Noun = {
  kind: "noun",
  name: "bundle",
  summary: "show a bundle, and edit its hooks by hand or from the plan",
  examples: [show.examples[0], apply.examples[0]],
  children: [show, apply, hooks],
};

function hooksTable(rows: readonly HookRow[], full: boolean): Table {
  const columns: Column[] = [
    { heading: "STAGE" },
    { heading: "INDEX", align: "right" },
    { heading: "HOOK" },
    { heading: "PLAN" },
    { heading: "TIMEOUT", align: "right" },
    { heading: "PATH", flexible: true },
  ];
  const cells = rows.map((row): Cell[] => [
    row.stage,
    String(row.index),
    row.ours === undefined ? "" : (row.ours.definition ?? row.ours.kind),
    row.ours === undefined ? "" : shortDigest(row.ours.plan, full),
    row.timeout === undefined ? "" : `${row.timeout}s`,
    row.path,
  ]);
  return { columns, rows: cells, empty: "no hooks" };
}

function bundleOf({ args, cwd }: Call): string {
  return absolute(args[0] ?? "", cwd);
}

function numberOf(words: string | undefined, flag: string): number | undefined {
  if (words === undefined || /^\d{1,9}$/.test(words)) return words === undefined ? undefined : Number(words);
  throw new Failure("usage", `read ${flag} ${JSON.stringify(words)}: it is not a whole number`, {
    hint: `Give a number, such as ${flag} 5.`,
    exitCode: EXIT.usage,
  });
}
