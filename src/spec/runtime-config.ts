/**
 * The parts of an OCI runtime configuration (runtime-spec 1.3, config.md and config-linux.md) that Hookwright reads or
 * edits. Everything else in a `config.json` is carried along untouched, which the index signatures say.
 */

import type { RuntimeStage } from "./stage.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** One hook of `hooks.<stage>`: `args` is the whole argv, `env` the whole environment, `timeout` in seconds. */
export interface OciHook {
  path: string;
  args?: string[];
  env?: string[];
  timeout?: number;
  [key: string]: unknown;
}

export type OciHooks = { [S in RuntimeStage]?: OciHook[] };

export interface OciMount {
  destination: string;
  source?: string;
  type?: string;
  options?: string[];
  [key: string]: unknown;
}

export interface OciDevice {
  path: string;
  type: string;
  major?: number;
  minor?: number;
  fileMode?: number;
  uid?: number;
  gid?: number;
  [key: string]: unknown;
}

export interface OciDeviceRule {
  allow: boolean;
  type?: string;
  major?: number;
  minor?: number;
  access?: string;
  [key: string]: unknown;
}

export interface OciRlimit {
  type: string;
  soft: number;
  hard: number;
  [key: string]: unknown;
}

export interface OciProcess {
  args?: string[] | null;
  env?: string[] | null;
  cwd?: string;
  user?: { uid?: number; gid?: number; additionalGids?: number[] | null; [key: string]: unknown };
  rlimits?: OciRlimit[] | null;
  [key: string]: unknown;
}

export interface OciLinux {
  devices?: OciDevice[] | null;
  resources?: { devices?: OciDeviceRule[] | null; [key: string]: unknown } | null;
  seccomp?: JsonObject | null;
  namespaces?: { type: string; path?: string }[] | null;
  [key: string]: unknown;
}

export interface RuntimeConfig {
  ociVersion?: string;
  root?: { path: string; readonly?: boolean; [key: string]: unknown } | null;
  process?: OciProcess | null;
  mounts?: OciMount[] | null;
  hooks?: OciHooks | null;
  annotations?: { [key: string]: string } | null;
  linux?: OciLinux | null;
  [key: string]: unknown;
}
