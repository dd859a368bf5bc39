/** `hook`: definitions, from a file of anybody's to what a container gets of it. */

import type { Cell, Column } from "../answer.ts";
import type { Noun, Verb } from "../grammar.ts";
import { counted } from "../words.ts";
import { build, make, replay, trial } from "./hook-author.ts";
import { add, remove } from "./hook-edit.ts";
import { HOST } from "./plan.ts";

const list: Verb = {
  kind: "verb",
  name: "list",
  summary: "list the definitions in the order in which they apply",
  examples: [
    { command: "hookwright hook list", means: "and whether each is in force" },
    { command: "hookwright hook list --format '{{.name}} {{.path}}'", means: "names and programs" },
  ],
  kernel: true,
  async run({ roots }) {
    const { hookList } = await import("../../commands/hook-list.ts");
    const { hooks, masked, notes } = await hookList(roots);
    const columns: Column[] = [
      { heading: "NAME" },
      { heading: "STAGES" },
      { heading: "TIMEOUT", align: "right" },
      { heading: "ON FAILURE" },
      { heading: "IN FORCE" },
      { heading: "HOOK", flexible: true },
    ];
    const rows = hooks.map((hook): Cell[] => [
      hook.name,
      hook.stages.join(","),
      hook.timeout === undefined ? "" : `${hook.timeout}s`,
      hook.onFailure,
      hook.errors > 0
        ? { text: counted(hook.errors, "error"), tone: "bad" }
        : { text: hook.inForce, tone: hook.inForce === "yes" ? "good" : "warn" },
      hook.path ?? "(edits only)",
    ]);
    return {
      kind: "whole",
      data: hooks,
      view: { columns, rows, empty: "no definitions" },
      names: hooks.map((hook) => hook.name),
      notes: [...masked.map(({ file, by }) => `note: ${file} is masked by ${by}`), ...notes],
    };
  },
};

const show: Verb = {
  kind: "verb",
  name: "show",
  summary: "show one definition as it is written and as the plan has it",
  examples: [
    { command: "hookwright hook show bridge-network", means: "the file, its problems, the guard's orders" },
    {
      command: "hookwright hook show bridge-network --format '{{.planned.hook}}'",
      means: "digest of what runs",
    },
  ],
  arguments: [{ name: "NAME", summary: "name of the definition, or of its file", completes: "hook" }],
  kernel: true,
  async run({ roots, args: [name = ""] }) {
    const { hookShow } = await import("../../commands/hook-show.ts");
    const { hookText } = await import("../hook-text.ts");
    const shown = await hookShow(roots, { name });
    return { kind: "whole", data: shown, view: hookText(shown), names: [shown.name] };
  },
};

const check: Verb = {
  kind: "verb",
  name: "check",
  summary: "lint hooks.d files of any project",
  description: [
    "Every problem is told as file:line:column, a rule's name, and the mend. A directory stands for its definitions.",
  ],
  examples: [
    {
      command: "hookwright hook check /usr/share/containers/oci/hooks.d/*.json",
      means: "what Podman and CRI-O would read",
    },
    {
      command: "hookwright hook check --no-programs --format sarif hooks.d > hooks.sarif",
      means: "for a code scanner",
    },
  ],
  arguments: [
    { name: "FILE", repeat: true, summary: "definition file, or a directory of them", completes: "file" },
  ],
  flags: [{ name: "no-programs", summary: "do not look for the hook programs on this machine" }],
  exits: ["1 a file has errors, or the work failed"],
  formats: ["sarif"],
  kernel: true,
  async run({ args, flags, cwd }) {
    const { checkSarif, hookCheck } = await import("../../commands/hook-check.ts");
    const { definitionFiles } = await import("../../commands/definition-files.ts");
    const { problemText } = await import("../../plan/lint/problem.ts");
    const { VERSION } = await import("../version.ts");
    const result = await hookCheck({ files: definitionFiles(args), programs: !flags.on("no-programs") });
    const { problems, errors, warnings, files } = result;
    const said = `${counted(files, "file")}: ${counted(errors, "error")}, ${counted(warnings, "warning")}`;
    return {
      kind: "whole",
      data: result,
      formats: { sarif: checkSarif(result, VERSION, cwd) },
      view: problems.map((problem): Cell => {
        const tone = problem.severity === "error" ? "bad" : problem.severity === "warning" ? "warn" : "faint";
        return { text: `${problem.severity}: ${problemText(problem)}`, tone };
      }),
      names: [...new Set(problems.map((problem) => problem.file))],
      notes: [said],
      exitCode: errors > 0 ? 1 : 0,
    };
  },
};

const explain: Verb = {
  kind: "verb",
  name: "explain",
  summary: "say which definitions apply to a container, and why the others do not",
  examples: [
    { command: "hookwright hook explain --bundle ./bundle", means: "by the plan in force" },
    {
      command: "hookwright hook explain --config config.json --plan definitions",
      means: "by the definitions as they are now",
    },
  ],
  flags: [
    {
      name: "bundle",
      value: "DIR",
      completes: "directory",
      summary: "the container's bundle; this or --config",
    },
    { name: "config", value: "FILE", completes: "file", summary: "a config.json anywhere" },
    {
      name: "plan",
      value: "WHICH",
      choices: ["current", "definitions"],
      summary: "the plan in force, or what apply would make of the definitions",
    },
    {
      name: "engine",
      value: "NAME",
      choices: ["containerd", "crio", "docker", "podman"],
      summary: "who created the container, when its path does not say",
    },
    HOST,
  ],
  exits: ["1 the container would not be created, or the work failed"],
  kernel: true,
  async run({ roots, flags }) {
    const { hookExplain } = await import("../../commands/hook-explain.ts");
    const { explainText } = await import("../explain-text.ts");
    const words = Object.fromEntries(
      ["bundle", "config", "engine", "host"].flatMap((name) => {
        const value = flags.text(name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const plan = flags.text("plan") === "definitions" ? "definitions" : "current";
    const explained = await hookExplain(roots, { ...words, plan });
    const { failure } = explained;
    const told = failure && { code: failure.code, message: failure.message, hint: failure.hint };
    const applied = explained.definitions.filter(({ verdict }) => verdict === "match");
    return {
      kind: "whole",
      data: { ...explained, ...(told && { failure: told }) },
      view: explainText(explained),
      names: applied.map(({ name }) => name),
      exitCode: failure === undefined ? 0 : 1,
    };
  },
};

export const hook: Noun = {
  kind: "noun",
  name: "hook",
  summary: "list, check, add, remove and explain definitions",
  examples: [list.examples[0], explain.examples[0]],
  children: [list, show, check, add, remove, explain, make, build, trial, replay],
};
