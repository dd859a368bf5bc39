/** `image validate`: whether images are what the specification says. */

import { cutTag } from "../../codec/image/tag.ts";
import { absolute } from "../absolute.ts";
import type { Verb } from "../grammar.ts";
import { shortDigest } from "../words.ts";

export const validate: Verb = {
  kind: "verb",
  name: "validate",
  summary: "check a layout and its images against the specification",
  description: [
    "Every blob that a tag leads to is read: documents against the rules of image-spec 1.1.1, layers against their digests and diff ids. All problems are listed, not only the first.",
  ],
  examples: [
    { command: "hookwright image validate ./images", means: "all images of a layout" },
    { command: "hookwright image validate ./images:base --format json", means: "one tag, for a program" },
  ],
  arguments: [{ name: "IMAGE", summary: "layout, or PATH:TAG for one tag", completes: "directory" }],
  exits: ["1 there are problems, or it could not be read"],
  kernel: true,
  async run({ args: [image = ""], cwd, full }) {
    const { validateLayout } = await import("../../commands/image-validate.ts");
    const { path, tag } = cutTag(image);
    const found = validateLayout(absolute(path, cwd), tag);
    const { problems, blobs, bytes } = found;
    const said = `${image}: ${blobs} blobs of ${bytes} bytes are as they should be`;
    return {
      kind: "whole",
      data: found,
      view:
        problems.length === 0
          ? [{ text: said, tone: "good" }]
          : {
              columns: [{ heading: "TAG" }, { heading: "WHERE" }, { heading: "PROBLEM", flexible: true }],
              rows: problems.map(({ tag, where, problem }) => [tag ?? "", placeOf(where, full), problem]),
            },
      names: problems.map(({ where }) => where),
      exitCode: problems.length === 0 ? 0 : 1,
    };
  },
};

/** `manifest sha256:0123456789ab`. */
function placeOf(where: string, full: boolean): string {
  const [kind = "", digest] = where.split(" ");
  return digest === undefined ? kind : `${kind} ${shortDigest(digest, full)}`;
}
