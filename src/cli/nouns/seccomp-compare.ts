/** The verbs of `seccomp` that judge profiles: against one another, against recordings, against the traps. */

import { FILTERING_ENGINES } from "../../engines/engine.ts";
import { EXIT, Failure } from "../../spec/failure.ts";
import type { Argument, Call, Flag, Verb } from "../grammar.ts";

export const PROFILE: Argument = {
  name: "PROFILE",
  summary: "a file, or the name of a profile",
  completes: "file",
};
const RUNTIME: Flag = {
  name: "runtime",
  value: "NAME",
  choices: ["runc", "crun"],
  summary: "under which runtime it is used",
};

const diff: Verb = {
  kind: "verb",
  name: "diff",
  summary: "compare two profiles, or one with the engine's default, by risk",
  description: [
    "With --against the engine itself is asked: it makes a container that asks for no profile, and what it wrote for the runtime is read, so it is the default of that version, with that configuration, on this machine. The container, and Docker's image of it, are removed again.",
  ],
  examples: [
    { command: "hookwright seccomp diff old.json new.json", means: "what the new one opens and closes" },
    {
      command: "hookwright seccomp diff --against docker web",
      means: "against what Docker gives to a container that asks for nothing",
    },
  ],
  arguments: [PROFILE, { name: "OTHER", summary: "the profile after it", optional: true, completes: "file" }],
  flags: [
    {
      name: "against",
      value: "ENGINE",
      choices: FILTERING_ENGINES,
      summary: "compare the default profile of docker, podman or containerd with PROFILE",
    },
  ],
  kernel: true,
  exits: ["1 the profiles differ"],
  failureExit: EXIT.usage,
  async run(call) {
    const { seccompDiff } = await import("../../commands/seccomp-diff.ts");
    const { diffText } = await import("../seccomp-text.ts");
    const [first = "", second] = call.args;
    const engine = FILTERING_ENGINES.find((one) => one === call.flags.text("against"));
    if ((engine !== undefined) === (second !== undefined))
      throw new Failure("usage", "compare profiles: give two of them, or one and --against", {
        exitCode: EXIT.usage,
      });
    const found = await (second === undefined && engine !== undefined
      ? seccompDiff(call.roots, { engine, env: call.env }, first)
      : seccompDiff(call.roots, first, second ?? ""));
    const names = found.groups.flatMap(({ calls }) => calls.map(({ name }) => name));
    return {
      kind: "whole",
      data: found,
      view: diffText(found),
      names,
      exitCode: found.same ? EXIT.ok : EXIT.failed,
    };
  },
};

const check: Verb = {
  kind: "verb",
  name: "check",
  summary: "say whether a profile would have broken a recorded run",
  examples: [
    { command: "hookwright seccomp check web.json --recording web.recording.json", means: "and which calls" },
    {
      command: "hookwright seccomp check web.json --recording a.json --recording b.json --runtime runc",
      means: "with what runc adds",
    },
  ],
  arguments: [PROFILE],
  flags: [
    {
      name: "recording",
      value: "FILE",
      repeat: true,
      required: true,
      completes: "file",
      summary: "a recording to check against",
    },
    RUNTIME,
  ],
  exits: ["1 it would have broken a run, or might have"],
  failureExit: EXIT.usage,
  async run(call) {
    const { seccompCheck } = await import("../../commands/seccomp-check.ts");
    const { checkText } = await import("../seccomp-text.ts");
    const runtime = runtimeOf(call);
    const wish = { recordings: call.flags.list("recording"), ...(runtime !== undefined && { runtime }) };
    const checked = await seccompCheck(call.roots, call.args[0] ?? "", wish);
    const names = checked.runs.flatMap(({ refusals }) => refusals.flatMap(({ name }) => name ?? []));
    return {
      kind: "whole",
      data: checked,
      view: checkText(checked),
      names,
      exitCode: checked.broken === "no" ? EXIT.ok : EXIT.failed,
    };
  },
};

const lint: Verb = {
  kind: "verb",
  name: "lint",
  summary: "find the traps in profiles: of libseccomp, the runtimes and the engines",
  examples: [
    { command: "hookwright seccomp lint web.json", means: "for every runtime" },
    {
      command: "hookwright seccomp lint --runtime runc --runtime-version 1.1.5 --libseccomp 2.5.4 web.json",
      means: "for one",
    },
  ],
  arguments: [{ ...PROFILE, repeat: true }],
  flags: [
    RUNTIME,
    { name: "runtime-version", value: "VERSION", summary: "its version" },
    { name: "libseccomp", value: "VERSION", summary: "version of the libseccomp that it uses" },
    {
      name: "no-new-privileges",
      value: "WORD",
      choices: ["yes", "no"],
      summary: "whether containers have noNewPrivileges; both ways are looked at when absent",
    },
  ],
  exits: ["1 there are errors"],
  failureExit: EXIT.usage,
  async run(call) {
    const { seccompLint } = await import("../../commands/seccomp-lint.ts");
    const { lintText } = await import("../seccomp-text.ts");
    const runtime = runtimeOf(call);
    const runtimeVersion = call.flags.text("runtime-version");
    const libseccomp = call.flags.text("libseccomp");
    const privileges = call.flags.text("no-new-privileges");
    const found = await seccompLint(call.roots, {
      files: call.args,
      ...(runtime !== undefined && { runtime }),
      ...(runtimeVersion !== undefined && { runtimeVersion }),
      ...(libseccomp !== undefined && { libseccomp }),
      ...(privileges !== undefined && { noNewPrivileges: privileges === "yes" }),
    });
    const names = found.findings.map(({ rule }) => rule);
    return {
      kind: "whole",
      data: found,
      view: lintText(found),
      names,
      exitCode: found.errors > 0 ? EXIT.failed : EXIT.ok,
    };
  },
};

export const compareVerbs: readonly Verb[] = [diff, check, lint];

function runtimeOf(call: Call): "runc" | "crun" | undefined {
  const word = call.flags.text("runtime");
  return word === "runc" || word === "crun" ? word : undefined;
}
