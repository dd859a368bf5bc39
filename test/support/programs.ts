/**
 * Our programs as `make build` leaves them in dist/, or those in HOOKWRIGHT_DIST. A test that needs one that is not built says so and is skipped by
 * `describe.skipIf(!built("hookwright-host"))`.
 */

import { existsSync } from "node:fs";
import { type Outcome, type RunOptions, run } from "./runtime.ts";

const DIST = process.env.HOOKWRIGHT_DIST ?? `${import.meta.dir}/../../dist`;

export type Program =
  | "hookwright"
  | "umoci"
  | "hookwright-host"
  | "hookwright-runtime"
  | "hookwright-runc"
  | "hookwright-crun"
  | "hookwright-guard"
  | "hookwright-record"
  | "oci-add-hooks";

/** Absolute path of a built program or of one of its names. */
export function program(name: Program): string {
  return `${DIST}/${name}`;
}

export function built(...names: Program[]): boolean {
  return names.every((name) => existsSync(program(name)));
}

/** Runs the command line on a root: the built program, or the sources where it is not built. */
export function hookwright(root: string, args: string[], options: RunOptions = {}): Promise<Outcome> {
  const start = built("hookwright")
    ? [program("hookwright")]
    : [process.execPath, `${import.meta.dir}/../../src/cli/main.ts`];
  const env = { PATH: process.env.PATH ?? "", HOOKWRIGHT_ROOT: root, ...options.env };
  return run([...start, ...args], { ...options, env });
}
