/** `seccomp`: profiles and the recordings that they are made of. */

import type { Noun, Verb } from "../grammar.ts";
import { compareVerbs, PROFILE } from "./seccomp-compare.ts";
import { DIALECTS, documentAnswer, OUTPUT, PROFILE_FLAGS, profileWish } from "./seccomp-document.ts";
import { recordVerbs } from "./seccomp-record.ts";

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
  children: [...recordVerbs, list, show, profile, merge, ...compareVerbs, convert],
};
