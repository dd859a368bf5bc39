/**
 * A bundle as an editor opens it: its configuration read strictly and losslessly, because what is edited by hand must be
 * what the runtime will read. A config.json that is a symbolic link is followed, and the file it leads to is replaced
 * beside itself, so the link stays a link; a hard link is broken, because a rename cannot do otherwise.
 */

import { realpathSync } from "node:fs";
import { foldedKeyCollision } from "../codec/json/folding.ts";
import type { JsonDocument } from "../codec/json/read.ts";
import { type ConfigFile, readConfigFile } from "../runtime/config-file.ts";
import { parseConfig } from "../runtime/parse-config.ts";
import { Failure } from "../spec/failure.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";

export interface Bundle {
  /** Absolute, without links. */
  dir: string;
  /** The configuration as it is on the disk. */
  file: ConfigFile;
  /** The same as a document, for printing. */
  doc: JsonDocument;
  /** The document's data: change it in place. */
  config: RuntimeConfig;
}

/**
 * Opens the bundle in a directory. Throws `Failure`: `bundle_missing`, `config_…`, and `json_…` for a text that is not
 * JSON or has duplicate keys.
 */
export function openBundle(path: string): Bundle {
  const dir = resolved(path);
  const file = readConfigFile(`${dir}/config.json`);
  return { dir, file, ...parseConfig(file) };
}

/** As `openBundle`, for an edit: keys that only some runtimes take for a field are refused too (`json_folded_key`). */
export function openForEdit(path: string): Bundle {
  const bundle = openBundle(path);
  const collision = foldedKeyCollision(bundle.doc);
  if (collision !== undefined) throw collision;
  return bundle;
}

/** The directory's absolute path without links. Throws `Failure` `bundle_missing`. */
export function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch (cause) {
    throw new Failure("bundle_missing", `open the bundle ${path}: there is no such directory`, {
      hint: "Give the directory that holds config.json.",
      cause,
    });
  }
}
