/**
 * Whether a definition applies to a container: hooks.d 1.0.0 `when`, and 0.1.0's any-of, exactly as
 * go.podman.io/common/pkg/hooks judges them (notes/hooks.d/matching.md), and our `namespaces`, `images` and `sandbox`. This is the fast path; it
 * says yes or no. `explain-when.ts` says why, and a test holds the two together.
 */

import { EXIT, Failure } from "../../spec/failure.ts";
import type { CompiledWhen, Matcher } from "../../spec/plan.ts";
import type { ContainerFacts } from "./facts.ts";
import { matchesText, type PatternEngine } from "./match-pattern.ts";
import { isTested } from "./tested-image.ts";

/**
 * Whether the conditions hold. All that are set must hold, and at least one must be set; with `anyOf` one is enough.
 * Throws the Failure `process_args_empty` where upstream has its error: commands are asked about, and the container has
 * a process without arguments. Throws `scope_conflict` when the namespace that decides is contradictory, and what
 * `isTested` throws for the image.
 */
export function matchDefinition(when: CompiledWhen, facts: ContainerFacts, engine?: PatternEngine): boolean {
  if ((when.sandbox === true) !== facts.sandbox) return false;
  if (when.namespaces !== undefined && !inNamespaces(when.namespaces, facts)) return false;
  const { images } = when;
  if (images !== undefined && !hasOthers(when)) return isTested(images, facts.origin(), false);
  const chosen = when.anyOf === true ? matchAny(when, facts, engine) : matchAll(when, facts, engine);
  return chosen && (images === undefined || isTested(images, facts.origin(), true));
}

/** Whether anything but `images` is set. */
export function hasOthers(when: CompiledWhen): boolean {
  const { always, hasBindMounts, annotations, annotationValues, commands, namespaces, sandbox } = when;
  if ([always, hasBindMounts, annotationValues, namespaces, sandbox].some((one) => one !== undefined))
    return true;
  return (annotations ?? []).length > 0 || (commands ?? []).length > 0;
}

function matchAll(when: CompiledWhen, facts: ContainerFacts, engine: PatternEngine | undefined): boolean {
  let held = when.namespaces !== undefined || when.sandbox === true;
  if (when.always !== undefined) {
    if (!when.always) return false;
    held = true;
  }
  if (when.hasBindMounts !== undefined) {
    if (!when.hasBindMounts || !facts.hasBindMounts) return false;
    held = true;
  }
  if (when.annotations !== undefined) {
    for (const { key, value } of when.annotations) {
      if (!hasAnnotation(key, value, facts, engine)) return false;
      held = true;
    }
  }
  if (when.annotationValues !== undefined) {
    if (!hasAnyValue(when.annotationValues, facts, engine)) return false;
    held = true;
  }
  if (when.commands !== undefined && when.commands.length > 0 && facts.command !== undefined) {
    return isCommand(when.commands, facts, engine);
  }
  return held;
}

function matchAny(when: CompiledWhen, facts: ContainerFacts, engine: PatternEngine | undefined): boolean {
  if (when.always === true) return true;
  if (when.hasBindMounts === true && facts.hasBindMounts) return true;
  if (when.annotations?.some(({ key, value }) => hasAnnotation(key, value, facts, engine))) return true;
  if (when.annotationValues !== undefined && hasAnyValue(when.annotationValues, facts, engine)) return true;
  if (when.commands === undefined || when.commands.length === 0 || facts.command === undefined) return false;
  return isCommand(when.commands, facts, engine);
}

/** Whether one annotation has a key that matches `key` and a value that matches `value`. */
export function hasAnnotation(
  key: Matcher,
  value: Matcher,
  { annotations, keys, values }: ContainerFacts,
  engine: PatternEngine | undefined,
): boolean {
  if (key.kind === "equals") {
    return Object.hasOwn(annotations, key.text) && matchesText(value, annotations[key.text] ?? "", engine);
  }
  for (let i = 0; i < keys.length; i++) {
    if (matchesText(key, keys[i] ?? "", engine) && matchesText(value, values[i] ?? "", engine)) return true;
  }
  return false;
}

function hasAnyValue(
  patterns: readonly { matcher: Matcher }[],
  { values }: ContainerFacts,
  engine: PatternEngine | undefined,
): boolean {
  return patterns.some(({ matcher }) => values.some((value) => matchesText(matcher, value, engine)));
}

function isCommand(
  patterns: readonly { matcher: Matcher }[],
  { command }: ContainerFacts,
  engine: PatternEngine | undefined,
): boolean {
  if (typeof command !== "string") throw emptyArgs();
  return patterns.some(({ matcher }) => matchesText(matcher, command, engine));
}

/** Whether the trusted namespace is one of `names`; an empty list names none. */
export function inNamespaces(names: readonly string[], { namespace }: ContainerFacts): boolean {
  if (namespace.kind === "conflict") {
    const values = namespace.values.map(({ source, name }) => `${source}=${JSON.stringify(name)}`).join(", ");
    throw new Failure(
      "scope_conflict",
      `judge the container's namespace: the annotations disagree: ${values}`,
      {
        hint: "take the annotation that the engine did not write out of the pod",
        exitCode: EXIT.refused,
      },
    );
  }
  return namespace.kind === "name" && names.includes(namespace.name);
}

/** The error of go.podman.io/common/pkg/hooks, word for word. */
export function emptyArgs(): Failure {
  return new Failure("process_args_empty", "process.args must have at least one entry", {
    hint: "give the container a command, or take `commands` out of the definition's `when`",
  });
}
