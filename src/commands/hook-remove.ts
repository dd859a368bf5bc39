/** `hook remove NAME`: takes a definition file out of the host's own directory; nothing takes effect before `apply`. */

import { rmSync } from "node:fs";
import { syncDirectory } from "../linux/replace.ts";
import { nameOfFile } from "../plan/definition-file.ts";
import { loadDefinitions } from "../plan/definitions.ts";
import { didYouMean } from "../plan/lint/nearest.ts";
import { fileName } from "../rules/hooks/order.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface RemoveOptions {
  name: string;
  dryRun?: boolean;
}

export interface RemoveResult {
  file: string;
  /** What the file said, so that it can be put back. */
  text: string;
  /** A file of the same name in a directory of less precedence, which counts from now on. */
  uncovers?: string;
  next: "run hookwright apply";
}

/** Removes. @throws Failure `hook_unknown`, `hook_packaged` */
export async function hookRemove(roots: Roots, options: RemoveOptions): Promise<RemoveResult> {
  const { name } = options;
  const own = `${roots.config}/hooks.d`;
  const { files, masked } = loadDefinitions(roots.definitionDirs, "apply");
  const nameOf = (read: (typeof files)[number]) => read.definition?.name ?? nameOfFile(read.file);
  const read = files.find((one) => nameOf(one) === name || fileName(one.file) === name);
  if (read === undefined) {
    throw new Failure(
      "hook_unknown",
      `remove the hook ${JSON.stringify(name)}: there is no such definition`,
      {
        hint: files.length === 0 ? "there are no definitions" : didYouMean(name, files.map(nameOf)),
      },
    );
  }
  if (!read.file.startsWith(`${own}/`)) {
    throw new Failure("hook_packaged", `remove the hook ${name}: ${read.file} belongs to a package`, {
      hint: `to switch it off, put a file of the same name with "when": {} into ${own}`,
    });
  }
  if (options.dryRun !== true) {
    rmSync(read.file);
    syncDirectory(own);
  }
  const uncovers = masked.find(({ by }) => by === read.file)?.file;
  const { file, text } = read;
  return { file, text, ...(uncovers === undefined ? {} : { uncovers }), next: "run hookwright apply" };
}
