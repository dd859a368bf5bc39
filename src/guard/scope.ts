/**
 * The guard's own look at what a hook is for: whatever brought it into config.json, it runs only for the namespaces that its
 * definition names, by what a pod's author cannot write (an annotation of the engine's, or the word of the entry that the NRI
 * plugin took from the engine itself), and only with the images that it was tested with.
 */

import type { Container } from "../codec/state.ts";
import type { Origin } from "../rules/hooks/origin.ts";
import { isTested } from "../rules/hooks/tested-image.ts";
import { knownNamespace, trustedNamespace } from "../rules/hooks/trusted-namespace.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Entry } from "../spec/plan.ts";

export interface Namespace {
  name: string;
  source: string;
}

/**
 * The container's namespace, when it has one that can be trusted. Throws `Failure` `scope` (126) when the entry names
 * namespaces and this is none of them, `scope_conflict` when two engines' annotations disagree, or one and `known`, the
 * namespace that the entry carries.
 */
export function checkNamespace(
  entry: Entry,
  container: Container,
  engine: string | undefined,
  known?: string,
): Namespace | undefined {
  const found =
    known === undefined
      ? trustedNamespace(container.annotations, engine)
      : knownNamespace(known, container.annotations, engine);
  if (entry.namespaces === undefined)
    return found.kind === "name" ? { name: found.name, source: found.source } : undefined;
  const what = `run hook ${entry.name} of namespace ${entry.namespaces.join(", ")}`;
  const hint = "`hookwright hook explain` shows which annotation says the namespace";
  if (found.kind === "conflict") {
    const values = found.values.map(({ source, name }) => `${source} says ${name}`).join(", ");
    throw new Failure("scope_conflict", `${what}: ${values}`, { hint, exitCode: EXIT.refused });
  }
  if (found.kind === "none") {
    throw new Failure("scope", `${what}: the container has no namespace that can be trusted`, {
      hint,
      exitCode: EXIT.refused,
    });
  }
  if (!entry.namespaces.includes(found.name)) {
    throw new Failure("scope", `${what}: the container is in ${found.name}`, {
      hint,
      exitCode: EXIT.refused,
    });
  }
  return { name: found.name, source: found.source };
}

/** Throws `Failure` `image_mismatch`, `image_unknown` (126) when the entry names images and the container has none of these. */
export function checkImage({ name, images }: Entry, origin: () => Origin): void {
  if (images === undefined) return;
  try {
    isTested(images, origin(), true);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code, message, hint, exitCode } = error;
    throw new Failure(code, `run hook ${name}: ${message}`, {
      ...(hint !== undefined && { hint }),
      exitCode,
    });
  }
}
