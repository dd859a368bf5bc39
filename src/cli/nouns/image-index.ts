/** `image index`: merge images of single platforms into one tag. */

import { cutTag, isTag } from "../../codec/image/tag.ts";
import { parsePlatform } from "../../rules/image/platform.ts";
import { EXIT, Failure } from "../../spec/failure.ts";
import { absolute } from "../absolute.ts";
import type { Verb } from "../grammar.ts";
import { shortDigest } from "../words.ts";

export const index: Verb = {
  kind: "verb",
  name: "index",
  summary: "merge images of several platforms into one tag",
  description: [
    "The tag of IMAGE then stands for an index of the images of the other tags, each under its platform. With --add, images that it stands for already stay, unless a new one is for the same platform.",
    "`--platform` of the other commands chooses one of them again.",
  ],
  examples: [
    {
      command: "hookwright image index ./images:app --from app-amd64 --from app-arm64",
      means: "one tag for both",
    },
    {
      command: "hookwright image index ./images:app --add --from app-riscv64 --without linux/arm/v6",
      means: "one more platform, and one less",
    },
  ],
  arguments: [{ name: "IMAGE", summary: "PATH:TAG of the tag to give", completes: "directory" }],
  flags: [
    { name: "from", value: "TAG", repeat: true, summary: "a tag of the same layout whose images go in" },
    { name: "add", summary: "keep the images that the tag stands for now" },
    { name: "without", value: "OS/ARCH", repeat: true, summary: "a platform that goes out" },
  ],
  kernel: true,
  async run({ args: [image = ""], flags, cwd, full }) {
    const { indexImages } = await import("../../commands/image-index.ts");
    const { path, tag = "latest" } = cutTag(image);
    if (!isTag(tag)) {
      throw new Failure("usage", `read ${JSON.stringify(image)}: ${JSON.stringify(tag)} cannot be a tag`, {
        hint: "Give PATH:TAG.",
        exitCode: EXIT.usage,
      });
    }
    const images = indexImages(absolute(path, cwd), {
      tag,
      from: flags.list("from"),
      add: flags.on("add"),
      remove: flags.list("without").map(parsePlatform),
    });
    return {
      kind: "whole",
      data: images,
      view: {
        columns: [{ heading: "PLATFORM" }, { heading: "IMAGE" }],
        rows: images.map(({ platform, digest }) => [platform, shortDigest(digest, full)]),
      },
      names: images.map(({ platform }) => platform),
    };
  },
};
