/**
 * The hook entries that an injector writes into config.json, and how they are known again. What is one of ours is told by
 * its form alone, so that the wrapper, `bundle` and `explain` agree without a record of what was written:
 * argv[0] is the guard's name, path and entry are named by digests, and the environment carries our root.
 */

import { type Hex, isHex } from "../../spec/plan.ts";
import type { OciHook } from "../../spec/runtime-config.ts";
import type { Stage } from "../../spec/stage.ts";

export const GUARD = "hookwright-guard";
const KEY = "HOOKWRIGHT_KEY=";

/** Seconds that the runtime's own backstop leaves the guard beyond the hook's timeout. */
const BACKSTOP = 5;
const COLLECT_TIMEOUT = 10;

/**
 * Which way an entry came that the wrapper did not write: made of the plan beforehand, for a container yet unknown, or by
 * the NRI plugin, which knows the container but not its bundle.
 */
export type Via = "hooks.d" | "cdi" | "nri";

export interface OwnEntry {
  /** `run` starts a hook; `collect` brings home what a startContainer guard left in the spool; `begin` only begins the record. */
  kind: "run" | "collect" | "begin";
  /** Digest of the entry; only of `run`. */
  entry?: Hex;
  plan: string;
  /** HOOKWRIGHT_KEY, where there is one. */
  key?: string;
  /** Absent for the wrapper's. */
  via?: Via;
}

export interface EntryWords {
  /** Directory of guard and entry, on the host or in the container. */
  directory: string;
  guard: Hex;
  entry: Hex;
  stage: Stage;
  plan: Hex;
  /** Base name of the real runtime; "" when it is not known. */
  runtime: string;
  via?: Via;
  /** The pod's namespace, as the engine itself said it. */
  namespace?: string;
  /** Seconds that the hook has. */
  timeout: number;
  root: string;
  /** For startContainer: the spool's path in the container and its key. */
  spool?: { path: string; key: string };
}

/** The entry that starts a hook through the guard. `env` is never empty, else a runtime hands the hook its own. */
export function runEntry(words: EntryWords): OciHook {
  const { directory, guard, entry, stage, plan, runtime, via, namespace, timeout, root, spool } = words;
  const env = [`HOOKWRIGHT_ROOT=${root}`];
  if (spool !== undefined) env.push(`HOOKWRIGHT_SPOOL=${spool.path}`, `${KEY}${spool.key}`);
  const args = [GUARD, `${directory}/${entry}`, stage, plan, runtime];
  if (via !== undefined) args.push(via);
  if (via !== undefined && namespace !== undefined) args.push(namespace);
  return { path: `${directory}/${guard}`, args, env, timeout: timeout + BACKSTOP };
}

/** The poststop entry that checks and takes over what a container wrote into its spool. */
export function collectEntry(
  words: Pick<EntryWords, "directory" | "guard" | "plan" | "root"> & { spool: string; key: string },
): OciHook {
  const { directory, guard, plan, root, spool, key } = words;
  return {
    path: `${directory}/${guard}`,
    args: [GUARD, "collect", spool, plan],
    env: [`HOOKWRIGHT_ROOT=${root}`, `${KEY}${key}`],
    timeout: COLLECT_TIMEOUT,
  };
}

/**
 * The createRuntime entry that begins the container's record where no hook does it before poststop: who wrote it did not
 * know the bundle, by which `apply` sees that the container lives.
 */
export function beginEntry({
  directory,
  guard,
  plan,
  root,
}: Pick<EntryWords, "directory" | "guard" | "plan" | "root">): OciHook {
  return {
    path: `${directory}/${guard}`,
    args: [GUARD, "begin", "", plan],
    env: [`HOOKWRIGHT_ROOT=${root}`],
    timeout: COLLECT_TIMEOUT,
  };
}

/**
 * What an entry of config.json says when it is one of ours, else undefined. With `root`, only those of an installation
 * with that root are ours, so that two installations in front of each other leave each other's hooks alone.
 */
export function ownEntry(hook: OciHook, root?: string): OwnEntry | undefined {
  const { path, args, env } = hook;
  if (!Array.isArray(args) || args[0] !== GUARD || typeof path !== "string" || !isHex(baseName(path)))
    return undefined;
  const variables = Array.isArray(env) ? env : [];
  if (root !== undefined && !variables.includes(`HOOKWRIGHT_ROOT=${root}`)) return undefined;
  const plan = args[3];
  if (typeof args[1] !== "string" || typeof plan !== "string") return undefined;
  const key = variables.find((one) => typeof one === "string" && one.startsWith(KEY))?.slice(KEY.length);
  const via = viaOf(args[5]);
  const found = { plan, ...(key === undefined ? {} : { key }), ...(via === undefined ? {} : { via }) };
  if (args[1] === "collect" || args[1] === "begin") return { kind: args[1], ...found };
  const entry = baseName(args[1]);
  return isHex(entry) ? { kind: "run", entry, ...found } : undefined;
}

/** The way that a word of an entry names; undefined for any other word. */
export function viaOf(word: unknown): Via | undefined {
  return word === "hooks.d" || word === "cdi" || word === "nri" ? word : undefined;
}

/** An entry as it is without its key, which is new with every injection. */
export function withoutKey(hook: OciHook): OciHook {
  if (!Array.isArray(hook.env)) return hook;
  return { ...hook, env: hook.env.filter((one) => !(typeof one === "string" && one.startsWith(KEY))) };
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
