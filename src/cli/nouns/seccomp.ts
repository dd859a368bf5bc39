/** `seccomp`: profiles and the recordings that they are made of. */

import { EXIT, Failure } from "../../spec/failure.ts";
import type { Argument, Call, Flag, Noun, Verb } from "../grammar.ts";
import { DIALECTS, documentAnswer, OUTPUT, PROFILE_FLAGS, profileWish } from "./seccomp-document.ts";
import { recordVerbs } from "./seccomp-record.ts";

const PROFILE: Argument = { name: "PROFILE", summary: "a file, or the name of a profile", completes: "file" };
const RUNTIME: Flag = {
  name: "runtime",
  value: "NAME",
  choices: ["runc", "crun"],
  summary: "under which runtime it is used",
};
const list: Verb = {
  kind: "verb",
  name: "list",
  summary: "list the profiles that were made here, and recordings in progress",
  examples: [
    { command: "hookwright seccomp list", means: "what is there" },
    { command: "hookwright seccomp list -q", means: "only names" },
  ],
  kernel: true,
  async run({ roots }) {
    const { seccompList } = await import("../../commands/seccomp-list.ts");
    const listed = await seccompList(roots);
    const columns = ["NAME", "STATE", "CONTAINER", "RUNS", "AT", "FILE"].map((heading) => ({ heading }));
    const rows = listed.map(({ name, state, container = "", runs, at, file }) => [
      name,
      state,
      container,
      String(runs ?? ""),
      at,
      file,
    ]);
    return {
      kind: "whole",
      data: listed,
      view: { columns, rows, empty: "no profile and no recording" },
      names: listed.map(({ name }) => name),
    };
  },
};

const show: Verb = {
  kind: "verb",
  name: "show",
  summary: "show a profile by its groups, or a recording with the capability line",
  examples: [
    { command: "hookwright seccomp show web", means: "the profile of that name" },
    { command: "hookwright seccomp show web.recording.json", means: "what it was made of" },
  ],
  arguments: [PROFILE],
  async run(call) {
    const { seccompShow } = await import("../../commands/seccomp-show.ts");
    const { shownText } = await import("../seccomp-text.ts");
    const shown = await seccompShow(call.roots, call.args[0] ?? "");
    return { kind: "whole", data: shown, view: shownText(shown), names: [shown.file] };
  },
};

const profile: Verb = {
  kind: "verb",
  name: "profile",
  summary: "make a profile from a recording",
  examples: [
    {
      command: "hookwright seccomp profile web.recording.json --dialect oci -o web.json",
      means: "for runc and crun",
    },
    {
      command: "hookwright seccomp profile web.recording.json --base /usr/share/containers/seccomp.json",
      means: "extend the engine's default",
    },
  ],
  arguments: [{ name: "RECORDING", summary: "a file, or the name of a recording", completes: "file" }],
  flags: PROFILE_FLAGS,
  kernel: true,
  async run(call) {
    const { seccompProfile } = await import("../../commands/seccomp-profile.ts");
    return documentAnswer(await seccompProfile(call.roots, call.args[0] ?? "", profileWish(call)));
  },
};

const merge: Verb = {
  kind: "verb",
  name: "merge",
  summary: "put recordings, or profiles, together",
  description: ["Merged recordings say of each call in how many runs it occurred."],
  examples: [
    {
      command: "hookwright seccomp merge a.recording.json b.recording.json -o all.json",
      means: "everything that was seen",
    },
    { command: "hookwright seccomp merge --intersect a.json b.json", means: "only what both profiles allow" },
  ],
  arguments: [{ name: "FILE", summary: "recordings, or profiles", repeat: true, completes: "file" }],
  flags: [{ name: "intersect", summary: "only what all of them have" }, OUTPUT],
  kernel: true,
  async run(call) {
    const { seccompMerge } = await import("../../commands/seccomp-merge.ts");
    const output = call.flags.text("output");
    const wish = {
      files: call.args,
      intersect: call.flags.on("intersect"),
      ...(output !== undefined && { output }),
    };
    return documentAnswer(await seccompMerge(call.roots, wish));
  },
};

const diff: Verb = {
  kind: "verb",
  name: "diff",
  summary: "compare two profiles, or one with the engine's default, by risk",
  examples: [
    { command: "hookwright seccomp diff old.json new.json", means: "what the new one opens and closes" },
    { command: "hookwright seccomp diff --default web", means: "against the engine's default profile" },
  ],
  arguments: [PROFILE, { name: "OTHER", summary: "the profile after it", optional: true, completes: "file" }],
  flags: [{ name: "default", summary: "compare the engine's default profile with PROFILE" }],
  exits: ["1 the profiles differ"],
  failureExit: EXIT.usage,
  async run(call) {
    const { seccompDiff } = await import("../../commands/seccomp-diff.ts");
    const { diffText } = await import("../seccomp-text.ts");
    const [first = "", second] = call.args;
    const usual = call.flags.on("default");
    if (usual === (second !== undefined))
      throw new Failure("usage", "compare profiles: give two of them, or one and --default", {
        exitCode: EXIT.usage,
      });
    const found = await seccompDiff(call.roots, usual ? undefined : first, usual ? first : (second ?? ""));
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

const convert: Verb = {
  kind: "verb",
  name: "convert",
  summary: "write a profile in another engine's dialect",
  examples: [
    {
      command: "hookwright seccomp convert web.json --to oci -o oci.json",
      means: "for linux.seccomp of a config.json",
    },
    {
      command: "hookwright seccomp convert default.json --to oci --cap CAP_NET_ADMIN",
      means: "with a capability that conditions ask about",
    },
  ],
  arguments: [PROFILE],
  flags: [
    { name: "to", value: "ENGINE", choices: DIALECTS, required: true, summary: "docker, podman, or oci" },
    { name: "cap", value: "CAP", repeat: true, summary: "a capability that the container has" },
    OUTPUT,
  ],
  kernel: true,
  async run(call) {
    const { seccompConvert } = await import("../../commands/seccomp-convert.ts");
    const to = DIALECTS.find((one) => one === call.flags.text("to")) ?? "docker";
    const output = call.flags.text("output");
    const wish = { to, caps: call.flags.list("cap"), ...(output !== undefined && { output }) };
    return documentAnswer(await seccompConvert(call.roots, call.args[0] ?? "", wish));
  },
};

function runtimeOf(call: Call): "runc" | "crun" | undefined {
  const word = call.flags.text("runtime");
  return word === "runc" || word === "crun" ? word : undefined;
}

export const seccomp: Noun = {
  kind: "noun",
  name: "seccomp",
  summary: "record system calls, and make, compare and check seccomp profiles",
  examples: [
    {
      command: "hookwright seccomp record --bundle ./bundle -o web.json",
      means: "from nothing to a profile",
    },
    {
      command: "hookwright seccomp check web.json --recording web.recording.json",
      means: "before it is enforced",
    },
  ],
  children: [...recordVerbs, list, show, profile, merge, diff, check, lint, convert],
};
