/** `reconcile`: what hooks left behind for containers that are gone. */

import type { Verb } from "../grammar.ts";

export const reconcile: Verb = {
  kind: "verb",
  name: "reconcile",
  summary: "undo what hooks left behind for containers that are gone",
  description: [
    "No runtime promises to run a poststop hook: it is killed, the machine loses power. What a hook does on the host, and how that is undone, stands in a ledger before it is done; this undoes what is left for containers whose process has ended, with the program and the words that did it, under the guard. It may run at any time; a timer runs it every few minutes.",
    "A run whose guard was killed together with the process that watched it leaves a control group, and perhaps a hook that nobody ends: after five minutes both are removed.",
  ],
  examples: [
    { command: "hookwright reconcile", means: "undo what is left" },
    { command: "hookwright reconcile --format json", means: "and say what could not be undone" },
  ],
  exits: ["1 something could not be undone, or the work failed"],
  kernel: true,
  async run({ roots, full }) {
    const { reconcile: undoLeft } = await import("../../commands/reconcile.ts");
    const { reconcileTable } = await import("../reconcile-text.ts");
    const done = undoLeft(roots);
    return {
      kind: "whole",
      data: done,
      view: reconcileTable(done, full),
      names: done.undone.map(({ container }) => container),
      exitCode: done.failed.length > 0 ? 1 : 0,
    };
  },
};
