/** NRI as an engine's files speak of it, and what it does not guarantee: said wherever somebody comes to rely on it. */

import { Failure } from "../spec/failure.ts";
import type { Engine, FileChange, Found } from "./engine.ts";
import { isAtLeast } from "./machine.ts";

/** What our plugin is called unless it is told otherwise. */
export const PLUGIN = "hookwright";

/** The changes with what lets plugins in. @throws Failure `nri_unknown` for an engine that has no NRI with hooks */
export function withNri({ name, nri }: Engine, { version }: Found, changes: FileChange[]): FileChange[] {
  if (nri === undefined)
    throw new Failure("nri_unknown", `enable NRI of ${name}: its containers get no hooks that way`, {
      hint: "leave --nri out: the other ways in serve it",
    });
  if (version !== undefined && !isAtLeast(version, nri.since))
    throw new Failure("nri_unknown", `enable NRI of ${name} ${version}: it came with ${nri.since}`, {
      hint: "leave --nri out: the runtime handler serves this version",
    });
  const [own, ...others] = changes;
  return own === undefined ? changes : [{ ...own, settings: [...own.settings, nri.enable] }, ...others];
}

/**
 * What is to be known of NRI with this engine; undefined for one that nobody knows. `limit` says when an answer is late.
 */
export function failsOpen(
  engine: Pick<Engine, "name" | "nri"> | undefined,
  version: string | undefined,
  plugin: string,
  limit = "in time",
): string[] {
  const open = `NRI fails open: a container is created without its hooks while ${plugin} is not connected, or does not answer ${limit}`;
  const { name, nri } = engine ?? {};
  if (nri !== undefined && version !== undefined && isAtLeast(version, nri.requiresSince))
    return [open, `${name} ${version} closes that when its configuration says so: ${nri.require(plugin)}`];
  const known = name === undefined ? "this engine" : `${name}${version === undefined ? "" : ` ${version}`}`;
  return [open, `${known} has nothing that closes it; containerd 2.2 and CRI-O 1.34 have required_plugins`];
}
