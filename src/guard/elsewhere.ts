/**
 * An entry that the wrapper did not write, and the same hook that the container got another way: one of them runs it. What is in
 * config.json tells: the wrapper's entry goes before the NRI plugin's, that before a device's, and that before one of hooks.d,
 * because Podman runs poststop hooks of hooks.d itself and config.json says nothing of them.
 */

import type { Container } from "../codec/state.ts";
import { ownEntry, type Via } from "../rules/hooks/own-entry.ts";
import { isInfra, isSandbox } from "../rules/hooks/sandbox.ts";
import type { OciHook } from "../spec/runtime-config.ts";
import { beginUnlessThere } from "./begin.ts";
import { configIn, originFor } from "./origin.ts";
import type { Run } from "./run.ts";

/**
 * Whether somebody else runs this hook at this stage, or nobody should: a pod's sandbox gets none from hooks.d. Otherwise the
 * container's record is begun, which the wrapper does for its entries.
 */
export function isDoneElsewhere({
  call,
  container,
  place,
  base,
}: Pick<Run, "call" | "container" | "place" | "base">): boolean {
  const { via, stage, digest } = call;
  // Inside, whatever lies at the bundle's path is the container's word; the wrapper takes such entries out where it makes its own.
  if (via === undefined || place.inside) return false;
  const { hooks, command } = configIn(container.bundle);
  if (via === "hooks.d" && isForNobody(container, base.engine, command)) return true;
  const others = hooksIn(hooks[stage])
    .map((hook) => ownEntry(hook, place.roots.root))
    .filter((own) => own?.entry === digest);
  if (others.some((own) => own !== undefined && rank(own.via) > rank(via))) return true;
  // The last stage comes when nothing has to be kept for the container any more.
  if (stage !== "poststop") beginUnlessThere(place.roots, via, { ...container, plan: call.plan });
  return false;
}

const WAYS: readonly Via[] = ["hooks.d", "cdi", "nri"];

function rank(via: Via | undefined): number {
  return via === undefined ? WAYS.length : WAYS.indexOf(via);
}

/** A pod's sandbox. A definition that asks for these has no hooks.d file. */
function isForNobody(container: Container, engine: string | undefined, command: string | undefined): boolean {
  const { annotations } = container;
  if (engine === "podman") return isInfra(annotations, command, originFor(container, engine));
  return isSandbox(annotations, engine);
}

function hooksIn(list: unknown): OciHook[] {
  return Array.isArray(list) ? list.filter((hook) => typeof hook === "object" && hook !== null) : [];
}
