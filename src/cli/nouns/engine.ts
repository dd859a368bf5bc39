/** `engine`: Docker, Podman, containerd and CRI-O, and how they are told of the wrapper, of hooks.d files and of CDI. */

import { ENGINE_NAMES, type EngineName } from "../../engines/engine.ts";
import { absolute } from "../absolute.ts";
import type { Argument, Call, Flag, Noun, Verb } from "../grammar.ts";
import { HOST } from "./plan.ts";

const ENGINE: Argument = { name: "ENGINE", choices: ENGINE_NAMES, summary: ENGINE_NAMES.join(", ") };
const CONFIG: Flag = {
  name: "engine-config",
  value: "FILE",
  completes: "file",
  variable: "HOOKWRIGHT_ENGINE_CONFIG",
  summary: "the configuration file to change, in place of the one that is found",
};
const WRAPPER: Flag = {
  name: "wrapper",
  value: "FILE",
  completes: "file",
  variable: "HOOKWRIGHT_WRAPPER",
  summary: "the wrapper to name there; the one beside this program when absent",
};
const RUNTIME: Flag = {
  name: "runtime",
  value: "NAME",
  summary: "the runtime behind the wrapper; the engine's own when absent",
};
const DEFAULT: Flag = { name: "default", summary: "also for containers that ask for no runtime" };
const NRI: Flag = { name: "nri", summary: "containerd and CRI-O: let the plugin `hookwright nri` in" };
const DRY_RUN: Flag = { name: "dry-run", summary: "print the unified difference, write nothing" };
const RELOAD: Flag = { name: "reload", summary: "make the engine read its configuration anew" };

const list: Verb = {
  kind: "verb",
  name: "list",
  summary: "list engines, their versions, and whether they are enabled",
  examples: [
    { command: "hookwright engine list", means: "all that are known" },
    { command: "hookwright engine list --format json", means: "for programs" },
  ],
  kernel: true,
  async run({ roots, env }) {
    const { listEngines } = await import("../../commands/engine-list.ts");
    const { engineTable } = await import("../engine-text.ts");
    const rows = await listEngines(roots, env);
    const here = rows.filter(({ state }) => state !== "absent");
    return { kind: "whole", data: rows, view: engineTable(rows), names: here.map(({ engine }) => engine) };
  },
};

const enable: Verb = {
  kind: "verb",
  name: "enable",
  summary: "tell an engine of the wrapper, of hooks.d files and of CDI devices",
  description: [
    "Text is put into the engine's file where it belongs; comments, order and odd formatting around it stay as they are. A second time changes nothing, and other flags take the place of the first ones.",
    "The engine is never restarted or reloaded unless --reload says so; the command for it is printed.",
  ],
  examples: [
    { command: "hookwright engine enable docker --dry-run", means: "see what would change" },
    { command: "hookwright engine enable podman --default", means: "for every container" },
    {
      command: "hookwright engine enable docker --runtime crun --reload",
      means: "in front of crun, at once",
    },
  ],
  arguments: [ENGINE],
  flags: [DEFAULT, NRI, RUNTIME, WRAPPER, CONFIG, DRY_RUN, RELOAD],
  kernel: true,
  async run(call) {
    const { enableEngine } = await import("../../commands/engine-enable.ts");
    const { engineChangeText, engineNotes } = await import("../engine-text.ts");
    const done = await enableEngine(call.roots, { ...engineWords(call), ...wishWords(call) });
    return {
      kind: "whole",
      data: done,
      view: engineChangeText(done, "enabled"),
      names: done.files,
      notes: engineNotes(done),
    };
  },
};

const disable: Verb = {
  kind: "verb",
  name: "disable",
  summary: "take out of an engine's files what enable put there",
  description: [
    "The files are byte for byte what they would be without us; what others have written into them meanwhile stays.",
  ],
  examples: [
    { command: "hookwright engine disable docker --dry-run", means: "see what would change" },
    { command: "hookwright engine disable docker", means: "as if we had never been there" },
  ],
  arguments: [ENGINE],
  flags: [DRY_RUN, RELOAD],
  kernel: true,
  async run(call) {
    const { disableEngine } = await import("../../commands/engine-disable.ts");
    const { engineChangeText, engineNotes } = await import("../engine-text.ts");
    const done = await disableEngine(call.roots, engineWords(call));
    return {
      kind: "whole",
      data: done,
      view: engineChangeText(done, "disabled"),
      names: done.files,
      notes: engineNotes(done),
    };
  },
};

const diff: Verb = {
  kind: "verb",
  name: "diff",
  summary: "say what enable would change in an engine's files",
  examples: [
    { command: "hookwright engine diff containerd", means: "a unified difference" },
    { command: "hookwright engine diff docker --default", means: "with us as the default" },
  ],
  arguments: [ENGINE],
  flags: [DEFAULT, NRI, RUNTIME, WRAPPER, CONFIG],
  exits: [
    "0 enable would change nothing",
    "1 enable would change a file",
    "2 the work failed, or the command line is wrong",
  ],
  failureExit: 2,
  kernel: true,
  async run(call) {
    const { enableEngine } = await import("../../commands/engine-enable.ts");
    const { engineNotes } = await import("../engine-text.ts");
    const { diffText } = await import("../change-text.ts");
    const done = await enableEngine(call.roots, { ...engineWords(call), ...wishWords(call), dryRun: true });
    return {
      kind: "whole",
      data: done,
      view: done.changed ? diffText(done.diff) : [],
      names: done.files,
      notes: engineNotes(done),
      exitCode: done.changed ? 1 : 0,
    };
  },
};

const verify: Verb = {
  kind: "verb",
  name: "verify",
  summary: "start a throw-away container on an engine and show what its hooks left",
  description: [
    "The container is started by the engine's own client under the wrapper, and runs /hookwright-verify. Some definition of the plan has to apply to it: one with always, or with that command.",
    "containerd is asked with ctr, which names the wrapper itself: what its CRI plugin makes of the handler, a pod shows.",
  ],
  examples: [
    { command: "hookwright engine verify docker", means: "after it was enabled and reloaded" },
    { command: "hookwright engine verify podman --format json", means: "the records as they are in the log" },
  ],
  arguments: [ENGINE],
  flags: [HOST],
  kernel: true,
  async run({ roots, args: [name = ""], flags, env, full }) {
    const { verifyEngine } = await import("../../commands/engine-verify.ts");
    const { verifiedText } = await import("../engine-text.ts");
    const host = flags.text("host");
    const done = await verifyEngine(roots, {
      engine: name as EngineName,
      env,
      ...(host !== undefined && { host }),
    });
    return { kind: "whole", data: done, view: verifiedText(done, full), names: [done.container] };
  },
};

function engineWords({ args: [engine = ""], flags, env, cwd }: Call) {
  const config = flags.text("engine-config");
  return {
    engine: engine as EngineName,
    env,
    dryRun: flags.on("dry-run"),
    reload: flags.on("reload"),
    ...(config !== undefined && { engineConfig: absolute(config, cwd) }),
  };
}

function wishWords({ flags, cwd }: Call) {
  const wrapper = flags.text("wrapper");
  const runtime = flags.text("runtime");
  return {
    default: flags.on("default"),
    nri: flags.on("nri"),
    ...(wrapper !== undefined && { wrapper: absolute(wrapper, cwd) }),
    ...(runtime !== undefined && { runtime }),
  };
}

export const engine: Noun = {
  kind: "noun",
  name: "engine",
  summary: "bring hooks to Docker, Podman, containerd and CRI-O",
  examples: [
    { command: "hookwright engine list", means: "which engines are here" },
    { command: "hookwright engine enable docker", means: "and docker run --runtime hookwright has hooks" },
  ],
  children: [list, enable, disable, diff, verify],
};
