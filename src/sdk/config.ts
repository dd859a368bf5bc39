/** The bundle's configuration, as the runtime was given it: read only, since no runtime looks at it again. */

import { readText } from "../linux/read.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";
import type { Call, Capability } from "./define.ts";

const LIMIT = 16 * 1024 * 1024;

export const config: Capability<RuntimeConfig> = {
  name: "config",
  stages: ["precreate", "prestart", "createRuntime", "createContainer", "poststart", "poststop"],
  because: "the bundle is a directory of the host, which the container does not see",
  open: readConfig,
};

/** Throws `Failure` `config_invalid` (126), LinuxError when there is none. */
export function readConfig({ container: { bundle } }: Call): RuntimeConfig {
  const file = `${bundle}/config.json`;
  const text = readText(file, LIMIT);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as RuntimeConfig;
  throw new Failure("config_invalid", `read ${file}: not a JSON object`, { exitCode: EXIT.refused });
}
