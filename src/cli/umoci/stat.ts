/** `stat`: what an image is made of. */

import { IMAGE, PLATFORM } from "./flags.ts";
import type { Command } from "./grammar.ts";

export const stat: Command = {
  name: "stat",
  category: "image",
  summary: "show manifest, configuration and history of an image",
  usage: "--image PATH[:TAG] [--json]",
  description: ["For a program to read, use --json: the text is for people, and may change."],
  examples: [
    { command: "hookwright image stat --image ./images:base", means: "for people" },
    { command: "hookwright image stat --image ./images:base --json", means: "for programs" },
  ],
  flags: [{ name: "json", summary: "print JSON" }, PLATFORM, IMAGE],
  async run({ image, platform, flags, print }) {
    const { statImage } = await import("../../commands/image-stat.ts");
    const state = statImage(image, platform);
    if (flags.on("json")) {
      const { stateJson } = await import("./stat-json.ts");
      print(stateJson(state));
    } else {
      const { stateText } = await import("./stat-text.ts");
      print(stateText(state));
    }
  },
};
