/** The verbs of `hook` for whoever writes hooks in TypeScript. */

import { existsSync } from "node:fs";
import { EXIT, Failure } from "../../spec/failure.ts";
import { isStage, type Stage } from "../../spec/stage.ts";
import { absolute } from "../absolute.ts";
import type { Answer } from "../answer.ts";
import type { Call, Verb } from "../grammar.ts";

const TEMPLATES = ["plain", "rootfs"] as const;

export const make: Verb = {
  kind: "verb",
  name: "new",
  summary: "make a folder with a hook in TypeScript that works, to be changed",
  examples: [
    {
      command: "hookwright hook new greet",
      means: "greet/ with the hook, its definition, its test and a README",
    },
    { command: "hookwright hook new motd --template rootfs", means: "one that writes into the container" },
  ],
  arguments: [{ name: "NAME", summary: "of the hook and of the folder" }],
  flags: [
    {
      name: "template",
      value: "WHICH",
      choices: TEMPLATES,
      summary: "plain when absent; rootfs writes a file into the container",
    },
  ],
  async run({ args: [name = ""], flags, cwd }) {
    const { hookNew } = await import("../../commands/hook-new.ts");
    const template = TEMPLATES.find((one) => one === flags.text("template")) ?? "plain";
    const made = await hookNew({ name, directory: cwd, template });
    const view = [`made ${made.folder}`, ...made.files.map((file) => `  ${file}`)];
    return {
      kind: "whole",
      data: made,
      view,
      names: [made.folder],
      notes: ["note: README.md says how to go on"],
    };
  },
};

export const trial: Verb = {
  kind: "verb",
  name: "run",
  summary: "run a hook once under the guard, with a state made for it",
  description: [
    "HOOK is a hook in TypeScript, which is built first, a program, a definition, or the name of a definition of this host. It runs as " +
      "a runtime would start it, checked, confined and timed, but in a root of its own: the plan in force stays as it is, and nothing is " +
      "written to the log. With --container it runs for a container that lives: of runc or crun by themselves, or below Docker, Podman or " +
      "containerd.",
  ],
  examples: [
    { command: "hookwright hook run greet.ts --stage createRuntime", means: "build it and see what it does" },
    {
      command: "hookwright hook run greet.yaml --stage poststop --bundle ./bundle",
      means: "as its definition says, for a bundle",
    },
    {
      command: "hookwright hook run bind-device --stage poststart --container 3f2a1c9d8e7b",
      means: "for a container that runs",
    },
  ],
  arguments: [{ name: "HOOK", summary: "a file, or the name of a definition", completes: "hook" }],
  flags: [
    { name: "stage", value: "STAGE", required: true, completes: "stage", summary: "where it is said to run" },
    {
      name: "bundle",
      value: "DIR",
      completes: "directory",
      summary: "the container's bundle; an empty one when absent",
    },
    { name: "container", value: "ID", summary: "a container that runs, whose state is taken" },
    {
      name: "runtime-root",
      value: "DIR",
      completes: "directory",
      summary: "where its runtime keeps its state",
    },
    {
      name: "state",
      value: "FILE",
      completes: "file",
      summary: "a state as `runc state` prints it; - for standard input",
    },
    { name: "arg", value: "WORD", repeat: true, summary: "an argument after the program's name" },
    { name: "env", value: "NAME=VALUE", repeat: true, summary: "a variable of its environment" },
  ],
  exits: ["1 the hook failed, or could not be run"],
  kernel: true,
  async run({ roots, args: [hook = ""], flags, cwd }) {
    const { hookRun } = await import("../../commands/hook-run.ts");
    const { runText } = await import("../run-text.ts");
    const [bundle, state] = [flags.text("bundle"), flags.text("state")];
    const [container, runtimeRoot] = [flags.text("container"), flags.text("runtime-root")];
    if ([bundle, state, container].filter((one) => one !== undefined).length > 1) {
      throw new Failure(
        "usage",
        "run a hook: --bundle, --container and --state are three ways to say the same",
        {
          hint: "Give one of them.",
          exitCode: EXIT.usage,
        },
      );
    }
    const path = absolute(hook, cwd);
    const run = await hookRun(roots, {
      hook: existsSync(path) ? path : hook,
      stage: stageOf(flags.text("stage")),
      args: flags.list("arg"),
      ...(flags.list("env").length === 0 ? {} : { env: flags.list("env") }),
      ...(bundle === undefined ? {} : { bundle: absolute(bundle, cwd) }),
      ...(container === undefined ? {} : { container }),
      ...(runtimeRoot === undefined ? {} : { runtimeRoot: absolute(runtimeRoot, cwd) }),
      ...(state === undefined ? {} : { state: await textOf(state, cwd) }),
    });
    const exitCode = run.result === "ok" ? EXIT.ok : EXIT.failed;
    return { kind: "whole", data: run, view: runText(run), names: [run.result], exitCode };
  },
};

export const replay: Verb = {
  kind: "verb",
  name: "replay",
  summary: "run a recorded run again, with the program and words that it had",
  description: [
    "The program is the one that ran, from the store, not the one that is installed now. The state is made of what the record and the " +
      "bundle still tell, without a process; `runc state ID | hookwright hook replay RUN --state -` gives that of a container that lives. " +
      "As with `hook run`, it runs in a root of its own.",
    "With --shell it does not run: a shell opens where it ran, with its environment, its words as $1, $2 and so on, and the state in " +
      'the file $HOOKWRIGHT_STATE; `"$HOOKWRIGHT_HOOK" "$@" <$HOOKWRIGHT_STATE` starts it there. For a hook of startContainer that is ' +
      "inside of its container, which has to live; for one of createContainer in the network, ipc and uts namespaces of it, if it does.",
  ],
  examples: [
    { command: "hookwright hook replay 0199f3", means: "does it fail again?" },
    {
      command: "hookwright hook replay 0199f3 --trace /tmp/calls",
      means: "its system calls, as strace writes them",
    },
    { command: "hookwright hook replay 0199f3 --shell", means: "a shell where it ran" },
  ],
  arguments: [{ name: "RUN", summary: "id of the run, or its beginning", completes: "run" }],
  flags: [
    {
      name: "state",
      value: "FILE",
      completes: "file",
      summary: "a state as `runc state` prints it; - for standard input",
    },
    { name: "trace", value: "FILE", completes: "file", summary: "file for its system calls; needs strace" },
    { name: "shell", summary: "open a shell where it ran, in its stead" },
    {
      name: "runtime-root",
      value: "DIR",
      completes: "directory",
      summary: "with --shell: where the container's runtime keeps its state",
    },
  ],
  exits: ["1 the hook failed, or could not be run"],
  kernel: true,
  async run(call) {
    const { roots, args, flags, cwd } = call;
    const [run = ""] = args;
    const { hookReplay } = await import("../../commands/hook-replay.ts");
    const { runText } = await import("../run-text.ts");
    const [state, trace] = [flags.text("state"), flags.text("trace")];
    const stated = state === undefined ? {} : { state: await textOf(state, cwd) };
    if (flags.on("shell")) return shellWhere(call, stated);
    const replayed = await hookReplay(roots, {
      run,
      ...stated,
      ...(trace === undefined ? {} : { trace: absolute(trace, cwd) }),
    });
    const { before, now } = replayed;
    return {
      kind: "whole",
      data: replayed,
      view: [`before: ${before.result}`, ...runText(now)],
      names: [now.result],
      exitCode: now.result === "ok" ? EXIT.ok : EXIT.failed,
    };
  },
};

async function shellWhere(
  { roots, args: [run = ""], flags, say }: Call,
  stated: { state?: string },
): Promise<Answer> {
  const { hookShell } = await import("../../commands/hook-shell.ts");
  const runtimeRoot = flags.text("runtime-root");
  const root = runtimeRoot === undefined ? {} : { runtimeRoot };
  const begin = (where: string) => say(`a shell ${where}; the state is in $HOOKWRIGHT_STATE`);
  const ended = await hookShell(roots, { run, begin, ...stated, ...root });
  return { kind: "whole", data: ended, view: [], names: [], exitCode: ended.exit };
}

function stageOf(word = ""): Stage {
  if (isStage(word)) return word;
  throw new Failure("usage", `read --stage ${JSON.stringify(word)}: it is no stage`, {
    hint: "Give prestart, createRuntime, createContainer, poststart or poststop.",
    exitCode: EXIT.usage,
  });
}

async function textOf(file: string, cwd: string): Promise<string> {
  try {
    return await (file === "-" ? Bun.stdin : Bun.file(absolute(file, cwd))).text();
  } catch (error) {
    throw new Failure("state_unreadable", `read the state ${file}: ${(error as Error).message}`);
  }
}

export const build: Verb = {
  kind: "verb",
  name: "build",
  summary: "compile a hook in TypeScript to one static program",
  description: [
    "Bundles the module and what it imports, checks the types with the project's TypeScript compiler, compiles to bytecode and appends " +
      "that to the host program. No C compiler is needed, and the same sources give the same bytes.",
    "Fails, with file and line, for modules of Node and Bun, for globals that the engine of hooks lacks, and for imports at run time.",
  ],
  examples: [
    { command: "hookwright hook build greet.ts -o greet", means: "a program to give to `hook add`" },
    {
      command: "hookwright hook build greet.ts --format '{{.digest}}'",
      means: "beside the source; its digest",
    },
  ],
  arguments: [
    { name: "FILE", summary: "the hook's main module; its default export is the hook", completes: "file" },
  ],
  flags: [
    {
      name: "output",
      short: "o",
      value: "OUT",
      completes: "file",
      summary: "the program; FILE without its suffix when absent",
    },
  ],
  async run({ args: [file = ""], flags, cwd }) {
    const { hookBuild } = await import("../../commands/hook-build.ts");
    const output = flags.text("output");
    const built = await hookBuild({
      source: absolute(file, cwd),
      ...(output === undefined ? {} : { output: absolute(output, cwd) }),
    });
    const stages = built.stages.join(", ");
    const size = `${built.size.toLocaleString("en")} bytes`;
    return {
      kind: "whole",
      data: built,
      view: [`built ${built.file}: ${built.name}, for ${stages}`, `  ${size}, ${built.digest}`],
      names: [built.file],
      notes: built.typesChecked
        ? []
        : ["note: the types were not checked: there is no tsc in a node_modules above the file, nor on PATH"],
    };
  },
};
