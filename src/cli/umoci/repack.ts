/** `repack`: an image of a bundle. */

import { COMPRESS, compressionOf, HISTORY, historyOf, IMAGE, requireOne } from "./flags.ts";
import type { Command } from "./grammar.ts";
import { NO_HISTORY } from "./no-history.ts";

export const repack: Command = {
  name: "repack",
  category: "image",
  summary: "make an image of a bundle: what changed in it becomes a layer",
  usage: "--image PATH[:NEW-TAG] BUNDLE",
  description: [
    "The bundle must have been unpacked from an image of this layout, which is the base of the new one. Files that did not change since are not read again; --verify reads all.",
    "What lies in the image's volumes is left out.",
  ],
  examples: [
    {
      command: "hookwright image repack --image ./images:changed ./bundle",
      means: "the changes as a new layer, under the tag changed",
    },
    {
      command: "hookwright image repack --refresh-bundle --mask-path /tmp --image ./images:changed ./bundle",
      means: "without /tmp, and go on with the bundle afterwards",
    },
  ],
  flags: [
    { name: "mask-path", value: "PATH", repeat: true, summary: "leave out what changed at or below it" },
    { name: "no-mask-volumes", summary: "take what changed in the image's volumes too" },
    { name: "refresh-bundle", summary: "make the bundle one of the new image" },
    { name: "verify", own: true, summary: "read every file, whatever is known of it" },
    ...HISTORY,
    COMPRESS,
    IMAGE,
  ],
  positionals: [{ name: "BUNDLE", summary: "directory that unpack made", completes: "directory" }],
  check({ args }) {
    requireOne(args, "bundle", "bundle path");
  },
  async run({ args: [bundle = ""], image, flags, sourceDate, log }) {
    const { repackBundle } = await import("../../commands/image-repack.ts");
    const history = historyOf(flags);
    const { manifest, deltas } = repackBundle(image, bundle, {
      compression: compressionOf(flags),
      maskPaths: flags.list("mask-path"),
      maskVolumes: !flags.on("no-mask-volumes"),
      refresh: flags.on("refresh-bundle"),
      verify: flags.on("verify"),
      history,
      sourceDate,
      warn: (message) => log("warn", message),
      info: (message) => log("info", message),
    });
    if (history === undefined && deltas.length > 0) log("warn", NO_HISTORY);
    log("info", `new image manifest created: ${manifest.digest}->${manifest.digest}`);
    log("info", `created new tag for image manifest: ${image.tag}`);
  },
};
