/** `raw add-layer`: a tar archive as a new layer. */

import { COMPRESS, compressionOf, HISTORY, historyOf, IMAGE, PLATFORM, requireOne, TAG } from "./flags.ts";
import type { Command } from "./grammar.ts";
import { NO_HISTORY } from "./no-history.ts";

export const addLayer: Command = {
  name: "add-layer",
  category: "image",
  summary: "add a tar archive to an image as it is",
  usage: "--image PATH[:TAG] [--tag NEW-TAG] LAYER.TAR",
  description: ["The archive must not be compressed. It is not looked into."],
  examples: [
    {
      command: "hookwright image raw add-layer --image ./images:base ./layer.tar",
      means: "on top of the image base",
    },
    {
      command: "hookwright image raw add-layer --image ./images:base --tag more --compress zstd ./layer.tar",
      means: "as a new image, compressed with zstd",
    },
  ],
  flags: [PLATFORM, TAG, ...HISTORY, COMPRESS, IMAGE],
  positionals: [{ name: "LAYER.TAR", summary: "tar archive", completes: "file" }],
  check({ args }) {
    requireOne(args, "newlayer.tar", "<new-layer.tar> path");
  },
  async run({ args: [archive = ""], image, newTag, platform, flags, sourceDate, log }) {
    const { addLayerArchive } = await import("../../commands/image-add-layer.ts");
    const history = historyOf(flags);
    const compression = compressionOf(flags);
    const { digest } = addLayerArchive(image, archive, {
      newTag,
      platform,
      compression,
      history,
      sourceDate,
    });
    if (history === undefined) log("warn", NO_HISTORY);
    log("info", `new image manifest created: ${digest}->${digest}`);
    log("info", `created new tag for image manifest: ${newTag}`);
  },
};
