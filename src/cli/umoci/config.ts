/** `config`: change what an image says about itself. */

import { HISTORY, historyOf, IMAGE, PLATFORM, TAG } from "./flags.ts";
import type { Command, Given } from "./grammar.ts";

export const config: Command = {
  name: "config",
  category: "image",
  summary: "change the configuration of an image",
  usage: "--image PATH[:TAG] [--tag NEW-TAG]",
  description: [
    "--config.entrypoint and --config.cmd replace the whole list; the other flags that may be repeated add to what is there. --clear goes first.",
    "Fields that none of these flags names stay as they are.",
  ],
  examples: [
    {
      command: "hookwright image config --image ./images:base --config.cmd /bin/server --config.env PORT=80",
      means: "what a container of it runs",
    },
    {
      command:
        "hookwright image config --image ./images:base --tag slim --clear config.labels --author 'Team A'",
      means: "as a new image",
    },
  ],
  flags: [
    { name: "config.user", value: "USER", summary: "user and group of the process: USER[:GROUP]" },
    {
      name: "config.exposedports",
      value: "PORT",
      repeat: true,
      summary: "a port it listens on, such as 80/tcp",
    },
    { name: "config.env", value: "NAME=VALUE", repeat: true, summary: "a variable of its environment" },
    { name: "config.entrypoint", value: "WORD", repeat: true, summary: "one word of the entrypoint" },
    { name: "config.cmd", value: "WORD", repeat: true, summary: "one word of the arguments" },
    {
      name: "config.volume",
      value: "PATH",
      repeat: true,
      summary: "a directory whose content is not the image's",
    },
    { name: "config.label", value: "NAME=VALUE", repeat: true, summary: "a label" },
    { name: "config.workingdir", value: "PATH", summary: "directory that the process starts in" },
    { name: "config.stopsignal", value: "SIGNAL", summary: "signal that asks it to end" },
    { name: "created", value: "TIME", summary: "when the image was made, such as 2026-01-31T12:00:00Z" },
    { name: "author", value: "TEXT", summary: "who made the image" },
    { name: "platform.os", aliases: ["os"], value: "OS", summary: "operating system it is for" },
    {
      name: "platform.arch",
      aliases: ["architecture"],
      value: "ARCH",
      summary: "architecture it is for",
    },
    { name: "platform.variant", value: "VARIANT", summary: "variant of the architecture" },
    {
      name: "manifest.annotation",
      value: "NAME=VALUE",
      repeat: true,
      summary: "an annotation of the manifest",
    },
    {
      name: "clear",
      value: "KEY",
      repeat: true,
      summary:
        "empty it first: config.labels, config.env, config.exposedports, config.volume, config.cmd, config.entrypoint, manifest.annotations",
    },
    PLATFORM,
    TAG,
    ...HISTORY,
    IMAGE,
  ],
  inOrder: true,
  async run({ image, newTag, platform, flags, sourceDate }) {
    const { configImage } = await import("../../commands/image-config.ts");
    const history = historyOf(flags);
    configImage(image, { change: changeOf(flags), history, newTag, platform, sourceDate });
  },
};

function changeOf(flags: Given) {
  const text = (field: string, name: string) => flags.has(name) && { [field]: flags.text(name) };
  const list = (field: string, name: string) => flags.has(name) && { [field]: flags.list(name) };
  return {
    clear: flags.list("clear"),
    ...text("created", "created"),
    ...text("author", "author"),
    ...text("os", "platform.os"),
    ...text("architecture", "platform.arch"),
    ...text("variant", "platform.variant"),
    ...text("user", "config.user"),
    ...text("stopSignal", "config.stopsignal"),
    ...text("workingDir", "config.workingdir"),
    ...list("entrypoint", "config.entrypoint"),
    ...list("cmd", "config.cmd"),
    exposedPorts: flags.list("config.exposedports"),
    volumes: flags.list("config.volume"),
    env: flags.list("config.env"),
    labels: flags.list("config.label"),
    annotations: flags.list("manifest.annotation"),
  };
}
