/**
 * The outcome of an edit: what the configuration says before and after, and the difference for people. Only a change
 * that is one is written, as a whole, by a rename.
 */

import { unifiedDiff } from "../codec/diff.ts";
import { reindentJson } from "../codec/json/reindent.ts";
import { writeJson } from "../codec/json/write.ts";
import { writeConfigFile } from "../runtime/config-file.ts";
import type { Bundle } from "./bundle.ts";

export interface BundleChange {
  bundle: string;
  /** The configuration's file. */
  path: string;
  /** Whether the text is another one now, or would be without `dryRun`. */
  changed: boolean;
  dryRun: boolean;
  /** Unified diff; a configuration that is one line is shown indented. "" when nothing changed. */
  diff: string;
}

/** Prints the edited document and writes it, unless nothing changed or `dryRun`. Throws `Failure` `config_unwritable`. */
export function commitChange(bundle: Bundle, dryRun: boolean): BundleChange {
  const after = writeJson(bundle.doc);
  const change = changeOf(bundle.dir, bundle.file.path, bundle.file.text, after, dryRun);
  if (change.changed && !dryRun) writeConfigFile(bundle.file, after);
  return change;
}

/** A change of a configuration's text, for showing. */
export function changeOf(
  bundle: string,
  path: string,
  before: string,
  after: string,
  dryRun: boolean,
): BundleChange {
  const changed = before !== after;
  return { bundle, path, changed, dryRun, diff: changed ? diffOf(path, before, after) : "" };
}

function diffOf(path: string, before: string, after: string): string {
  if (before.trimEnd().includes("\n")) return unifiedDiff(before, after, { before: path, after: path });
  const name = `${path} (shown indented)`;
  return unifiedDiff(reindentJson(before), reindentJson(after), { before: name, after: name });
}
