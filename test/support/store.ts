/** The file in the store that the guard runs for an injected entry, made writable so that a test can attack it. */

import { readFileSync } from "node:fs";
import type { Entry } from "../../src/spec/plan.ts";
import type { Injected } from "./injected.ts";
import type { TempRoot } from "./root.ts";

/** Path of the stored program; immutability is taken away. */
export function storedHook(root: TempRoot, { hook }: Injected): string {
  return writable(`${root.store}/${entryOf({ hook }).hook}`);
}

/** The entry that a hook of ours names. */
export function entryOf({ hook }: Pick<Injected, "hook">): Entry {
  return JSON.parse(readFileSync(hook.args?.[1] ?? "", "utf8"));
}

/** Clears the immutable flag, where there is one; returns the path. */
export function writable(path: string): string {
  Bun.spawnSync(["chattr", "-f", "-i", path], { stderr: "ignore" });
  return path;
}
