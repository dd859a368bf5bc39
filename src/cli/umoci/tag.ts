/** `tag`: a further name for an image. */

import { isTag } from "../../codec/image/tag.ts";
import { Failure } from "../../spec/failure.ts";
import { IMAGE, PLATFORM, requireOne } from "./flags.ts";
import type { Command } from "./grammar.ts";

export const tag: Command = {
  name: "tag",
  category: "image",
  summary: "give an image a further tag",
  usage: "--image PATH[:TAG] NEW-TAG",
  description: [
    "An image that had the new tag loses it. A tag of several platforms is copied as a whole, unless --platform chooses one.",
  ],
  examples: [
    { command: "hookwright image tag --image ./images:base stable", means: "base is stable as well" },
    {
      command: "hookwright image tag --image ./images:all --platform linux/arm64 arm",
      means: "one platform of several",
    },
  ],
  flags: [PLATFORM, IMAGE],
  positionals: [{ name: "NEW-TAG", summary: "tag to give" }],
  check({ args }) {
    const name = requireOne(args, "new-tag", "new tag");
    if (!isTag(name)) throw new Failure("usage", "new tag is an invalid reference");
  },
  async run({ image, args: [name = ""], platform, log }) {
    const { tagImage } = await import("../../commands/image-tag.ts");
    tagImage(image, name, platform);
    log("info", `created new tag: "${name}" -> "${image.tag}"`);
  },
};
