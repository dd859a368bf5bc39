/** `remove`: take a tag away. */

import { IMAGE } from "./flags.ts";
import type { Command } from "./grammar.ts";

export const remove: Command = {
  name: "remove",
  aliases: ["rm"],
  category: "image",
  summary: "take a tag away",
  usage: "--image PATH[:TAG]",
  description: ["The image's blobs stay until `gc`. A tag that is not there is no failure."],
  examples: [
    { command: "hookwright image remove --image ./images:old", means: "nothing is called old any more" },
    {
      command: "hookwright image remove --image ./images:old && hookwright image gc --layout ./images",
      means: "and its content is gone",
    },
  ],
  flags: [IMAGE],
  async run({ image, log }) {
    const { removeTag } = await import("../../commands/image-remove.ts");
    const found = removeTag(image);
    log("info", found ? `removed tag: "${image.tag}"` : `no such tag: "${image.tag}"`);
  },
};
