/** `bundle show`: what a bundle would run, and with which hooks. */

import { openBundle } from "../bundle/bundle.ts";
import { type HookRow, hookRows } from "../bundle/hook-rows.ts";
import { problemsOf } from "../bundle/problems.ts";
import { linkedDigest } from "../plan/read.ts";
import { mountsOf } from "../rules/hooks/facts.ts";
import type { Roots } from "../spec/roots.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";

export interface BundleView {
  bundle: string;
  /** The configuration's file. */
  path: string;
  ociVersion?: string;
  root?: { path: string; readonly: boolean };
  process?: { args: string[]; cwd?: string; uid?: number; gid?: number; env: number };
  mounts: number;
  annotations: number;
  namespaces: string[];
  seccomp: boolean;
  hooks: HookRow[];
  /** Plans that injected hooks here; `current` says whether it is the one in force. */
  plans: { digest: string; current: boolean }[];
  problems: string[];
}

/** What is in the bundle. @throws Failure */
export async function showBundle(roots: Roots, options: { bundle: string }): Promise<BundleView> {
  const { dir, file, doc, config } = openBundle(options.bundle);
  const hooks = hookRows(config, roots);
  const digests = [...new Set(hooks.flatMap(({ ours }) => ours?.plan ?? []))];
  const inForce = digests.length > 0 ? linkedDigest(roots.current) : undefined;
  return {
    bundle: dir,
    path: file.path,
    ...(typeof config.ociVersion === "string" ? { ociVersion: config.ociVersion } : {}),
    ...summaryOf(config),
    mounts: mountsOf(config).length,
    annotations: Object.keys(config.annotations ?? {}).length,
    namespaces: (Array.isArray(config.linux?.namespaces) ? config.linux.namespaces : []).map(
      (one) => `${one?.type}`,
    ),
    seccomp: typeof config.linux?.seccomp === "object" && config.linux.seccomp !== null,
    hooks,
    plans: digests.map((digest) => ({ digest, current: digest === `sha256:${inForce}` })),
    problems: problemsOf(doc, config),
  };
}

function summaryOf({ root, process }: RuntimeConfig): Pick<BundleView, "root" | "process"> {
  const view: Pick<BundleView, "root" | "process"> = {};
  if (typeof root?.path === "string") view.root = { path: root.path, readonly: root.readonly === true };
  if (typeof process === "object" && process !== null) {
    const { args, env, cwd, user } = process;
    view.process = {
      args: Array.isArray(args) ? args : [],
      env: Array.isArray(env) ? env.length : 0,
      ...(typeof cwd === "string" ? { cwd } : {}),
      ...(typeof user?.uid === "number" ? { uid: user.uid } : {}),
      ...(typeof user?.gid === "number" ? { gid: user.gid } : {}),
    };
  }
  return view;
}
