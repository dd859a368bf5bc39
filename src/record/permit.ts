/** The recorder at `precreate`: the configuration comes on standard input and goes out with a filter that allows everything. */

import { readJson } from "../codec/json/read.ts";
import { writeJson } from "../codec/json/write.ts";
import { permissiveFilter } from "../rules/seccomp/permissive.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";

/** The configuration's text with another `linux.seccomp`; all else is as it was. Throws what strict JSON refuses. */
export function permit(text: string): string {
  const document = readJson(text, { file: "config.json" });
  const config = document.value as RuntimeConfig;
  config.linux = { ...config.linux, seccomp: permissiveFilter() };
  return writeJson(document, ["linux"]);
}
