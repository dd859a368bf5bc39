/** What a recording takes from a container's configuration: under which filter it runs, and a few facts for the profile. */

import { readJson } from "../codec/json/read.ts";
import { LinuxError } from "../linux/error.ts";
import { readText } from "../linux/read.ts";
import { isPermissive } from "../rules/seccomp/permissive.ts";
import { Failure } from "../spec/failure.ts";
import type { Boundary } from "../spec/recording.ts";
import type { OciHook, RuntimeConfig } from "../spec/runtime-config.ts";

const MAX_BYTES = 16 * 1024 * 1024;

const RECORDER = ["hookwright-record", "oci-seccomp-bpf-hook"];

export interface BundleFacts {
  boundary: Boundary;
  /** Whether the recorder, or the guard that runs it, will be called at poststop. */
  ends: boolean;
  /** Whether the runtime itself starts the recorder, so that nobody minds what it leaves running. */
  direct: boolean;
  noNewPrivileges: boolean;
  /** The program, without its arguments, which may hold secrets. */
  command?: string;
}

/** Reads `<bundle>/config.json`. Throws `Failure` `record_config`, or what strict JSON refuses. */
export function bundleFacts(bundle: string): BundleFacts {
  const path = `${bundle}/config.json`;
  let text: string;
  try {
    text = readText(path, MAX_BYTES);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("record_config", `record the container: ${error.message}`, {
      hint: "the runtime says in the state where the bundle is; its config.json must be readable",
      cause: error,
    });
  }
  const { process, linux, hooks } = readJson(text, { file: path }).value as RuntimeConfig;
  const seccomp = linux?.seccomp;
  const [command] = process?.args ?? [];
  const boundary =
    seccomp === undefined || seccomp === null ? "exec" : isPermissive(seccomp) ? "permissive" : "own-profile";
  return {
    boundary,
    ends: calls(hooks?.poststop, [...RECORDER, "hookwright-guard"]),
    direct: calls([...(hooks?.prestart ?? []), ...(hooks?.createRuntime ?? [])], RECORDER),
    noNewPrivileges: process?.noNewPrivileges === true,
    ...(command === undefined ? {} : { command }),
  };
}

/** Whether one of the hooks is a program of one of these names. */
function calls(hooks: readonly OciHook[] | null | undefined, names: readonly string[]): boolean {
  const words = (hooks ?? []).flatMap(({ path, args }) => [path, args?.[0] ?? ""]);
  return words.some((word) => names.includes(word.slice(word.lastIndexOf("/") + 1)));
}
