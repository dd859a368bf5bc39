/** `raw mtree-validate`: a directory against an mtree manifest. */

import { Failure } from "../../spec/failure.ts";
import type { Command, Given } from "./grammar.ts";

export const mtreeValidate: Command = {
  name: "mtree-validate",
  category: "devtools",
  hidden: true,
  summary: "compare a directory with an mtree manifest",
  usage: "--manifest FILE --path DIRECTORY",
  description: ["Prints a line for each path that differs, and fails when there is one."],
  examples: [
    {
      command: "hookwright image raw mtree-validate --manifest tree.mtree --path ./tree",
      means: "by the keywords that the manifest has",
    },
    {
      command: "hookwright image raw mtree-validate -f tree.mtree -p ./tree -k size,sha256digest",
      means: "sizes and contents only",
    },
  ],
  flags: [
    {
      name: "manifest",
      aliases: ["f", "file"],
      value: "FILE",
      required: true,
      summary: "the manifest",
      completes: "file",
    },
    {
      name: "path",
      aliases: ["p"],
      value: "DIRECTORY",
      required: true,
      summary: "the directory",
      completes: "directory",
    },
    { name: "rootless", summary: "for a user who is not root" },
    { name: "add-keywords", aliases: ["K"], value: "KEYWORDS", summary: "compare these too" },
    { name: "use-keywords", aliases: ["k"], value: "KEYWORDS", summary: "compare these only" },
    { name: "umoci-keywords", summary: "compare the keywords that bundles have" },
  ],
  check({ flags }) {
    for (const name of ["manifest", "path"]) {
      if (flags.text(name) === "") throw new Failure("usage", `--${name} must be a valid path`);
    }
  },
  async run({ flags, print }) {
    const { validateManifest } = await import("../../commands/image-mtree-validate.ts");
    const lines = validateManifest({
      manifest: flags.text("manifest"),
      path: flags.text("path"),
      useKeywords: flags.has("use-keywords") ? keywordsIn(flags, "use-keywords") : undefined,
      addKeywords: keywordsIn(flags, "add-keywords"),
      umociKeywords: flags.on("umoci-keywords"),
    });
    print(lines.map((line) => `${line}\n`).join(""));
    if (lines.length > 0) {
      throw new Failure("tree_differs", `validation failed: ${lines.length} differences found`);
    }
  },
};

function keywordsIn(flags: Given, name: string): string[] {
  return flags
    .text(name)
    .split(/[, ]+/)
    .filter((word) => word !== "");
}
