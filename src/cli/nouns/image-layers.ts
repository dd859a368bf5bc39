/** `image diff`, `flatten` and `squash`: what layers come to. */

import { EXIT, Failure } from "../../spec/failure.ts";
import { absolute } from "../absolute.ts";
import type { Cell } from "../answer.ts";
import type { Argument, Call, Flag, Verb } from "../grammar.ts";

const IMAGE: Argument = {
  name: "LAYOUT[:TAG]",
  summary: "layout directory, and a tag in it: latest unless said",
  completes: "directory",
};
const PLATFORM: Flag = {
  name: "platform",
  value: "OS/ARCH[/VARIANT]",
  summary: "which image of a tag that has several",
};

const diff: Verb = {
  kind: "verb",
  name: "diff",
  summary: "show what differs between two images, or an image and a bundle",
  description: [
    "Paths that were added, changed or removed from the first to the second; of those that changed, which properties. Nothing is unpacked.",
  ],
  examples: [
    { command: "hookwright image diff ./images:old ./images:new", means: "two images" },
    { command: "hookwright image diff ./images:base ./bundle", means: "what was done to a bundle" },
  ],
  arguments: [
    { name: "FROM", summary: "LAYOUT[:TAG], or a bundle", completes: "directory" },
    { name: "TO", summary: "LAYOUT[:TAG], or a bundle", completes: "directory" },
  ],
  exits: ["1 they differ, or could not be compared"],
  kernel: true,
  async run({ args: [from = "", to = ""], cwd }) {
    const { diffImages } = await import("../../commands/image-diff.ts");
    const found = diffImages(absolute(from, cwd), absolute(to, cwd));
    const rows: Cell[][] = found.paths.map(({ path, change, keys, sizeFrom, sizeTo }) => [
      change,
      sizes(sizeFrom, sizeTo),
      keys.map(({ keyword }) => keyword).join(" "),
      path,
    ]);
    for (const { field, from: old, to: now } of found.config) {
      rows.push(["config", "", `${JSON.stringify(old)} -> ${JSON.stringify(now)}`, field]);
    }
    return {
      kind: "whole",
      data: found,
      view: {
        columns: [
          { heading: "CHANGE" },
          { heading: "BYTES", align: "right" },
          { heading: "WHAT", flexible: true },
          { heading: "PATH" },
        ],
        rows,
        empty: "no difference",
      },
      names: found.paths.map(({ path }) => path),
      exitCode: found.same ? EXIT.ok : EXIT.failed,
    };
  },
};

function sizes(from: number | null, to: number | null): string {
  if (from === null || to === null) return String(from ?? to ?? "");
  return from === to ? String(to) : `${from} -> ${to}`;
}

const flatten: Verb = {
  kind: "verb",
  name: "flatten",
  summary: "write the root file system of an image as one tar archive",
  description: [
    "The layers are read twice and laid over each other in memory; nothing is unpacked. Directories come first in the archive: GNU tar gives them their times with --delay-directory-restore.",
  ],
  examples: [
    { command: "hookwright image flatten ./images:base -o rootfs.tar", means: "to a file" },
    { command: "hookwright image flatten ./images:base -o - | tar -t", means: "to another program" },
  ],
  arguments: [IMAGE],
  flags: [
    {
      name: "output",
      short: "o",
      value: "FILE",
      required: true,
      completes: "file",
      summary: "where to; - is standard output",
    },
    PLATFORM,
  ],
  kernel: true,
  async run(call) {
    const { flattenImage } = await import("../../commands/image-flatten.ts");
    const output = call.flags.text("output") ?? "";
    const image = { ...(await imageOf(call)), platform: await platformOf(call) };
    const made = flattenImage(image, output === "-" ? undefined : absolute(output, call.cwd));
    if (made.file === undefined) return { kind: "raw", text: "" };
    const view = [`${made.file}: ${made.bytes} bytes`];
    return { kind: "whole", data: made, view, names: [made.file] };
  },
};

const squash: Verb = {
  kind: "verb",
  name: "squash",
  summary: "make one layer of several",
  description: [
    "The history keeps what made the layers that are gone. What a lower layer hides from them stays hidden.",
  ],
  examples: [
    { command: "hookwright image squash ./images:base", means: "all layers" },
    {
      command: "hookwright image squash ./images:base --from 2 --tag small",
      means: "all but the lowest, under another tag",
    },
  ],
  arguments: [IMAGE],
  flags: [
    {
      name: "from",
      value: "N",
      summary: "the lowest layer to take, counted from 1, which is what holds otherwise",
    },
    { name: "tag", value: "TAG", summary: "tag of the result, in place of that of the image" },
    {
      name: "compress",
      value: "HOW",
      choices: ["auto", "gzip", "zstd", "none"],
      summary: "compression of the layer: auto (as the last one), gzip, zstd or none",
    },
    PLATFORM,
  ],
  kernel: true,
  async run(call) {
    const { squashImage } = await import("../../commands/image-squash.ts");
    const image = await imageOf(call);
    const { flags, env } = call;
    const from = flags.text("from") ?? "1";
    if (!/^[1-9]\d{0,5}$/.test(from))
      throw usage(`use --from ${JSON.stringify(from)}: it is no number from 1 on`);
    const epoch = env.SOURCE_DATE_EPOCH;
    const done = squashImage(image, {
      newTag: flags.text("tag") ?? image.tag,
      platform: await platformOf(call),
      from: Number(from),
      compression: (flags.text("compress") ?? "auto") as "auto",
      created: epoch === undefined || epoch === "" ? undefined : Number(epoch),
    });
    const text = `${done.manifest.digest}: ${done.after} layers, ${done.before} before`;
    return { kind: "whole", data: done, view: [{ text, tone: "good" }], names: [done.manifest.digest] };
  },
};

async function imageOf({ args: [name = ""], flags, cwd }: Call): Promise<{ path: string; tag: string }> {
  const { cutTag, isTag } = await import("../../codec/image/tag.ts");
  const { path, tag = "latest" } = cutTag(name);
  for (const one of [tag, flags.text("tag") ?? tag]) {
    if (!isTag(one)) throw usage(`use the tag ${JSON.stringify(one)}: it contains invalid characters`);
  }
  return { path: absolute(path, cwd), tag };
}

async function platformOf({ flags }: Call) {
  const { parsePlatform } = await import("../../rules/image/platform.ts");
  const text = flags.text("platform");
  return text === undefined ? undefined : parsePlatform(text);
}

function usage(message: string): Failure {
  return new Failure("usage", message, { exitCode: EXIT.usage });
}

export const layerVerbs: readonly Verb[] = [diff, flatten, squash];
