/** `raw runtime-config`: the runtime configuration of an image, without a bundle. */

import { IMAGE, mappingOf, PLATFORM, REMAP, requireOne } from "./flags.ts";
import type { Command } from "./grammar.ts";

export const runtimeConfig: Command = {
  name: "runtime-config",
  aliases: ["config"],
  category: "image",
  summary: "write the runtime configuration that an image asks for",
  usage: "--image PATH[:TAG] [--rootfs PATH] CONFIG-JSON",
  description: [
    "Users and groups are looked up in --rootfs. Without it a name that is not a number becomes root, with a warning.",
  ],
  examples: [
    {
      command: "hookwright image raw runtime-config --image ./images:base --rootfs ./rootfs config.json",
      means: "for a root file system that is there",
    },
    {
      command: "hookwright image raw runtime-config --image ./images:base --rootless config.json",
      means: "for a container of one's own user",
    },
  ],
  flags: [
    { name: "rootfs", value: "PATH", summary: "root file system of the image", completes: "directory" },
    ...REMAP,
    PLATFORM,
    IMAGE,
  ],
  positionals: [{ name: "CONFIG-JSON", summary: "file to write", completes: "file" }],
  check({ args }) {
    requireOne(args, "config.json", "config.json path");
  },
  async run({ image, args: [path = ""], flags, platform, log }) {
    const { writeRuntimeConfig } = await import("../../commands/image-runtime-config.ts");
    const map = mappingOf(flags);
    const rootfs = flags.has("rootfs") ? flags.text("rootfs") : undefined;
    const warnings = writeRuntimeConfig(image, { path, rootfs, platform, map });
    for (const warning of warnings) log("warn", warning);
  },
};
