/** What a recording takes from a container's configuration: under which filter it runs, and a few facts for the profile. */

import { readJson } from "../codec/json/read.ts";
import { LinuxError } from "../linux/error.ts";
import { readText } from "../linux/read.ts";
import { isPermissive } from "../rules/seccomp/permissive.ts";
import { Failure } from "../spec/failure.ts";
import type { Boundary } from "../spec/recording.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";

const MAX_BYTES = 16 * 1024 * 1024;

/** Who may be called at the container's end: the recorder, or the guard that runs it. */
const ENDS = ["hookwright-record", "oci-seccomp-bpf-hook", "hookwright-guard"];

export interface BundleFacts {
  boundary: Boundary;
  /** Whether the recorder will be called at poststop. */
  ends: boolean;
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
  const words = (hooks?.poststop ?? []).flatMap(({ path, args }) => [path, args?.[0] ?? ""]);
  const ends = words.some((word) => ENDS.includes(word.slice(word.lastIndexOf("/") + 1)));
  return {
    boundary,
    ends,
    noNewPrivileges: process?.noNewPrivileges === true,
    ...(command === undefined ? {} : { command }),
  };
}
