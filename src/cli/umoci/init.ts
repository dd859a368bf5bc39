/** `init`: make an empty layout. */

import { LAYOUT } from "./flags.ts";
import type { Command } from "./grammar.ts";

export const init: Command = {
  name: "init",
  category: "layout",
  summary: "make an empty image layout",
  usage: "--layout PATH",
  description: [
    "Nothing may be at PATH yet. Images come into it with `new`, or with tools that copy images.",
  ],
  examples: [
    { command: "hookwright image init --layout ./images", means: "a directory for images" },
    {
      command: "hookwright image init --layout ./images && hookwright image new --image ./images:base",
      means: "with a first image, which is empty",
    },
  ],
  flags: [LAYOUT],
  async run({ layout }) {
    const { initLayout } = await import("../../commands/image-init.ts");
    initLayout(layout);
  },
};
