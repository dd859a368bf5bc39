/** `insert`: files of this machine as a new layer. */

import { Failure } from "../../spec/failure.ts";
import {
  COMPRESS,
  compressionOf,
  HISTORY,
  historyOf,
  IMAGE,
  mappingOf,
  PLATFORM,
  REMAP,
  TAG,
} from "./flags.ts";
import type { Command } from "./grammar.ts";
import { NO_HISTORY } from "./no-history.ts";

export const insert: Command = {
  name: "insert",
  category: "image",
  summary: "add files to an image, or take a path away, in a layer of its own",
  usage: "--image PATH[:TAG] [--tag NEW-TAG] [--opaque] SOURCE TARGET | --whiteout TARGET",
  description: [
    "What a lower layer holds stays in the image, though no container sees it: a secret is not removed like this.",
    "--opaque hides all that lower layers have in the directory TARGET.",
  ],
  examples: [
    {
      command: "hookwright image insert --image ./images:base ./server /usr/bin/server",
      means: "one file",
    },
    {
      command: "hookwright image insert --image ./images:base --tag slim --whiteout /usr/share/doc",
      means: "an image without a directory",
    },
  ],
  flags: [
    { name: "whiteout", summary: "take TARGET away" },
    { name: "opaque", summary: "hide what lower layers have in TARGET" },
    PLATFORM,
    TAG,
    ...HISTORY,
    ...REMAP,
    COMPRESS,
    IMAGE,
  ],
  positionals: [
    { name: "SOURCE", summary: "file or directory of this machine", completes: "file" },
    { name: "TARGET", summary: "path in the image" },
  ],
  check({ args, flags }) {
    const wanted = flags.has("whiteout") ? 1 : 2;
    if (args.length !== wanted) {
      throw new Failure("usage", `invalid number of positional arguments: expected ${wanted}`);
    }
    const empty = args.indexOf("");
    if (empty >= 0) {
      throw new Failure("usage", `invalid positional argument ${empty}: arguments cannot be empty`);
    }
  },
  async run({ args, image, newTag, platform, flags, sourceDate, log }) {
    const { insertFiles } = await import("../../commands/image-insert.ts");
    const history = historyOf(flags);
    const { digest } = insertFiles(image, {
      source: flags.has("whiteout") ? undefined : args[0],
      target: args.at(-1) ?? "",
      opaque: flags.has("opaque"),
      newTag,
      platform,
      compression: compressionOf(flags),
      mapping: mappingOf(flags),
      history,
      sourceDate,
      warn: (message) => log("warn", message),
    });
    if (history === undefined) log("warn", NO_HISTORY);
    log("info", `new image manifest created: ${digest}->${digest}`);
    log("info", `updated tag for image manifest: ${newTag}`);
  },
};
