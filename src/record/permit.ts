/**
 * The recorder at `precreate`: the configuration comes on standard input and goes out with a filter that allows everything,
 * and with the recorder at poststop, where the runtime itself calls it.
 */

import { readJson } from "../codec/json/read.ts";
import { writeJson } from "../codec/json/write.ts";
import { permissiveFilter } from "../rules/seccomp/permissive.ts";
import type { OciHook, RuntimeConfig } from "../spec/runtime-config.ts";

/** The configuration's text with another `linux.seccomp` and one hook more. Throws what strict JSON refuses. */
export function permit(text: string, end: OciHook): string {
  const document = readJson(text, { file: "config.json" });
  const config = document.value as RuntimeConfig;
  config.linux = { ...config.linux, seccomp: permissiveFilter() };
  config.hooks = { ...config.hooks, poststop: [...(config.hooks?.poststop ?? []), end] };
  return writeJson(document, ["linux", "hooks"]);
}
