/** `gc`: remove what no tag leads to. */

import { LAYOUT } from "./flags.ts";
import type { Command } from "./grammar.ts";

export const gc: Command = {
  name: "gc",
  category: "layout",
  summary: "remove the blobs that no tag leads to",
  usage: "--layout PATH",
  description: [
    "What a killed process left behind goes too. It waits for those that are writing to the layout; where a tag leads to something broken, nothing is removed.",
  ],
  examples: [
    { command: "hookwright image gc --layout ./images", means: "after tags were taken away" },
    {
      command: "hookwright image gc --layout ./images && du -sh ./images",
      means: "and see what is left",
    },
  ],
  flags: [LAYOUT],
  async run({ layout, log }) {
    const { collectLayoutGarbage } = await import("../../commands/image-gc.ts");
    const removed = collectLayoutGarbage(layout);
    for (const name of removed) log("debug", "removed", { name });
    log("info", `garbage collected ${removed.length} blobs`);
  },
};
