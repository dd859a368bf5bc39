/** `raw unpack`: the root file system of an image, without a bundle around it. */

import { IMAGE, PLATFORM, requireOne } from "./flags.ts";
import type { Command } from "./grammar.ts";
import { requestOf, UNPACK } from "./unpack-flags.ts";

export const rawUnpack: Command = {
  name: "unpack",
  category: "image",
  summary: "unpack the root file system of an image",
  usage: "--image PATH[:TAG] ROOTFS",
  description: [
    "ROOTFS may be there, and hold something: what the image has too is replaced. It cannot be repacked; for that, `unpack` makes a bundle.",
  ],
  examples: [
    {
      command: "hookwright image raw unpack --image ./images:base ./rootfs",
      means: "unpack into a directory",
    },
    {
      command: "hookwright image raw unpack --keep-dirlinks --image ./images:base ./rootfs",
      means: "follow links such as lib64 where the image has a directory of that name",
    },
  ],
  flags: [...UNPACK, PLATFORM, IMAGE],
  positionals: [{ name: "ROOTFS", summary: "directory to unpack into", completes: "directory" }],
  check({ args }) {
    requireOne(args, "rootfs", "rootfs path");
  },
  async run(call) {
    const { unpackToRootfs } = await import("../../commands/image-unpack.ts");
    const request = requestOf(call);
    const rootfs = call.args[0] ?? "";
    try {
      // umoci says these as warnings, so they are always seen.
      const begin = () => call.log("warn", "unpacking rootfs ...");
      await unpackToRootfs(rootfs, { ...request, begin });
    } finally {
      request.done();
    }
    call.log("warn", "... done");
    call.log("warn", `unpacked image rootfs: ${rootfs}`);
  },
};
