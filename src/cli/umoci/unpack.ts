/** `unpack`: a bundle of an image. */

import { rootsAt } from "../../spec/roots.ts";
import { IMAGE, PLATFORM, requireOne } from "./flags.ts";
import type { Command } from "./grammar.ts";
import { requestOf, UNPACK } from "./unpack-flags.ts";

export const unpack: Command = {
  name: "unpack",
  category: "image",
  summary: "make a runtime bundle of an image",
  usage: "--image PATH[:TAG] BUNDLE",
  description: [
    "The bundle gets config.json, rootfs, and what `repack` needs to know. It appears as a whole: whoever is interrupted leaves no half of one.",
    "Without --max-size and its like, an image may fill the disk, as with any archive.",
  ],
  examples: [
    {
      command: "hookwright image unpack --image ./images:base ./bundle",
      means: "unpack the image that the tag base stands for",
    },
    {
      command: "hookwright image unpack --rootless --max-size 4G --no-devices --image ./images:base ./bundle",
      means: "as an ordinary user, an image that is not trusted",
    },
  ],
  flags: [
    ...UNPACK,
    {
      name: "with-hooks",
      own: true,
      summary: "also put in the hooks that the image carries, when the host's configuration trusts them",
    },
    PLATFORM,
    IMAGE,
  ],
  positionals: [{ name: "BUNDLE", summary: "directory to make", completes: "directory" }],
  check({ args }) {
    requireOne(args, "bundle", "bundle path");
  },
  async run(call) {
    const { unpackToBundle } = await import("../../commands/image-unpack.ts");
    const request = requestOf(call);
    try {
      await unpackToBundle(call.args[0] ?? "", {
        ...request,
        ...(call.flags.on("with-hooks") && { hooks: rootsAt(call.env.HOOKWRIGHT_ROOT ?? "/") }),
      });
    } finally {
      request.done();
    }
  },
};
