/** The text of a config.json to data, whatever its make. The wrapper asks `readFaithful` first, which is quicker. */

import { type JsonDocument, readJson } from "../codec/json/read.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";
import type { ConfigFile } from "./config-file.ts";

/** The document of a configuration. Throws what `readJson` throws, and `Failure` `config_shape` for what is no object. */
export function parseConfig({ text, path }: Pick<ConfigFile, "text" | "path">): {
  doc: JsonDocument;
  config: RuntimeConfig;
} {
  const doc = readJson(text, { file: path });
  const { value } = doc;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure("config_shape", `read ${path}: it is not a JSON object`, { exitCode: EXIT.own });
  }
  return { doc, config: value as RuntimeConfig };
}
