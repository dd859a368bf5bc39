/** `nri`: hooks for the pods of containerd and CRI-O, without a runtime of ours between them. */

import { LEVELS, type Level } from "../../nri/options.ts";
import { absolute } from "../absolute.ts";
import type { Verb } from "../grammar.ts";

const SOCKET = "/var/run/nri/nri.sock";

export const nri: Verb = {
  kind: "verb",
  name: "nri",
  summary: "bring hooks to pods as an NRI plugin of containerd or CRI-O",
  description: [
    "Runs until SIGTERM. Each container that a pod gets is held against the plan in force, as the wrapper does it, with the pod's namespace and annotations from the engine itself; a new plan counts from the next container on. The connection is made again whenever it ends. What happens is said on standard error, one line for each container.",
    "NRI fails open: while the plugin is not connected, or answers too late, containers start without their hooks. containerd 2.2 and CRI-O 1.34 create none then if their default validator has hookwright among its required plugins.",
    "Where a container gets the same hook by the wrapper or as a device too, one of them runs it.",
  ],
  examples: [
    { command: "hookwright nri", means: "after `hookwright engine enable containerd --nri`" },
    { command: "hookwright nri --log-level debug", means: "also the containers to which nothing applies" },
  ],
  flags: [
    {
      name: "socket",
      value: "PATH",
      completes: "file",
      summary: `the engine's NRI socket; ${SOCKET} when absent`,
    },
    { name: "name", value: "NAME", summary: "the plugin's name; hookwright when absent" },
    { name: "index", value: "NN", summary: "its place among plugins, 00 to 99; 10 when absent" },
    { name: "log-level", value: "LEVEL", choices: LEVELS, summary: "how much is said; info when absent" },
  ],
  kernel: true,
  async run({ roots, flags, cwd, stop, say }) {
    const { nriPlugin } = await import("../../commands/nri.ts");
    await nriPlugin(roots, {
      socket: absolute(flags.text("socket") ?? SOCKET, cwd),
      name: flags.text("name") ?? "hookwright",
      index: flags.text("index") ?? "10",
      level: (flags.text("log-level") ?? "info") as Level,
      stop,
      say,
    });
    return { kind: "whole", data: null, view: [], names: [] };
  },
};
