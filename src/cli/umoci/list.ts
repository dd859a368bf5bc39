/** `list`: the tags of a layout. */

import { LAYOUT } from "./flags.ts";
import type { Command } from "./grammar.ts";

export const list: Command = {
  name: "list",
  aliases: ["ls"],
  category: "layout",
  summary: "list the tags of a layout",
  usage: "--layout PATH",
  examples: [
    { command: "hookwright image list --layout ./images", means: "one a line" },
    { command: "hookwright image list --layout ./images | sort", means: "in order of their names" },
  ],
  flags: [LAYOUT],
  async run({ layout, print }) {
    const { listTags } = await import("../../commands/image-list.ts");
    print(
      listTags(layout)
        .map((tag) => `${tag}\n`)
        .join(""),
    );
  },
};
