/** `image raw mtree-validate`: whether a directory is what an mtree manifest says. */

import { readManifestFile } from "../bundle/manifest-file.ts";
import { compareTrees, deltaText } from "../codec/mtree/compare.ts";
import { KEYWORDS, keywordOf } from "../codec/mtree/file.ts";
import { keywordsOf, valuesOfLine } from "../codec/mtree/read.ts";
import { treeValues } from "../layer/tree-values.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { O, open } from "../linux/open.ts";
import { Failure } from "../spec/failure.ts";

export interface ValidateRequest {
  readonly manifest: string;
  readonly path: string;
  /** In place of those of the manifest; undefined for these. */
  readonly useKeywords: readonly string[] | undefined;
  readonly addKeywords: readonly string[];
  /** Use umoci's keywords when `useKeywords` are not given. */
  readonly umociKeywords: boolean;
}

/** One line for each path that differs. @throws Failure */
export function validateManifest(request: ValidateRequest): string[] {
  const manifest = readManifestFile(request.manifest, "open mtree manifest");
  const chosen = request.useKeywords ?? (request.umociKeywords ? KEYWORDS : keywordsOf(manifest));
  const keywords = new Set(["type", ...[...chosen, ...request.addKeywords].map(keywordOf)]);
  const expected = new Map([...manifest].map(([path, line]) => [path, valuesOfLine(line)]));
  const what = `check mtree manifest ${JSON.stringify(request.manifest)} against root ${JSON.stringify(request.path)}`;
  let root: number | undefined;
  try {
    root = open(request.path, O.RDONLY | O.DIRECTORY);
    return compareTrees(expected, treeValues(root, keywords), keywords).map(deltaText);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("tree_unreadable", `${what}: ${error.message}`, {
      hint: "Give a directory that you may read.",
      cause: error,
    });
  } finally {
    if (root !== undefined) close(root);
  }
}
