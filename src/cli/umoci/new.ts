/** `new`: an image without layers. */

import { IMAGE } from "./flags.ts";
import type { Command } from "./grammar.ts";

export const newImage: Command = {
  name: "new",
  category: "image",
  summary: "make an image without layers",
  usage: "--image PATH[:TAG]",
  description: [
    "The image is for this machine's platform, and was created now, or at SOURCE_DATE_EPOCH. An image that has the tag loses it.",
  ],
  examples: [
    { command: "hookwright image new --image ./images:base", means: "to put content into" },
    { command: "hookwright image new --image ./images", means: "tagged latest" },
  ],
  flags: [IMAGE],
  async run({ image, sourceDate }) {
    const { newImage } = await import("../../commands/image-new.ts");
    newImage(image, sourceDate());
  },
};
