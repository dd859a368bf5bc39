/**
 * Why a definition applies to a container or does not: every condition with what it was compared with. The same
 * judgement as `match.ts`, in the same order, told instead of only made; for `hook explain`, not for the wrapper.
 */

import { Failure } from "../../spec/failure.ts";
import type { CompiledWhen } from "../../spec/plan.ts";
import type { ContainerFacts } from "./facts.ts";
import { emptyArgs, hasAnnotation, hasOthers, inNamespaces } from "./match.ts";
import { matchesText, type PatternEngine } from "./match-pattern.ts";
import { isTested } from "./tested-image.ts";

/** `skipped`: not looked at, because the answer was settled before, or because there is nothing to look at. */
export type Outcome = "held" | "failed" | "skipped" | "error";

export interface ConditionReport {
  condition:
    | "sandbox"
    | "namespaces"
    | "images"
    | "always"
    | "hasBindMounts"
    | "annotation"
    | "annotationValue"
    | "command";
  outcome: Outcome;
  /** What the definition asks for. */
  wanted: string;
  /** What the container has, or why it was not looked at. */
  found: string;
}

export interface WhenReport {
  verdict: "match" | "no match" | "error";
  /** Whether one condition is enough (0.1.0 files). */
  anyOf: boolean;
  conditions: ConditionReport[];
  /** One sentence: the condition that decided. */
  reason: string;
}

interface Check {
  condition: ConditionReport["condition"];
  wanted: string;
  judge: () => { held: boolean; found: string };
}

/** Judges every condition in turn. Never throws a Failure: what `matchDefinition` throws is a verdict here. */
export function explainWhen(when: CompiledWhen, facts: ContainerFacts, engine?: PatternEngine): WhenReport {
  const report = explainOthers(when, facts, engine);
  const { images } = when;
  if (images === undefined) return report;
  const alone = !hasOthers(when) && !facts.sandbox;
  const check: Check = {
    condition: "images",
    wanted: images.map(({ source }) => source).join(", "),
    judge() {
      const { digests, why } = facts.origin();
      return { held: isTested(images, facts.origin(), !alone), found: digests?.join(", ") ?? why };
    },
  };
  if (!alone && report.verdict !== "match") {
    const skipped = { ...base(check), outcome: "skipped" as const, found: "decided before" };
    return { ...report, conditions: [...report.conditions, skipped] };
  }
  const image = judged(check);
  const verdict = image.outcome === "held" ? "match" : image.outcome === "error" ? "error" : "no match";
  const reason = verdict === "match" ? "every condition that is set held" : sentence(image);
  return { ...report, verdict, conditions: [...report.conditions, image], reason };
}

/** All but the image. */
function explainOthers(
  when: CompiledWhen,
  facts: ContainerFacts,
  engine: PatternEngine | undefined,
): WhenReport {
  const anyOf = when.anyOf === true;
  const gates = [...sandboxChecks(when, facts), ...namespaceChecks(when, facts)];
  const conditions: ConditionReport[] = [];
  let decided: WhenReport["verdict"] | undefined;
  let reason = "no condition is set, so it applies to no container";
  for (const [at, check] of [...gates, ...checksOf(when, facts, engine)].entries()) {
    const gate = at < gates.length;
    const report =
      decided === undefined
        ? judged(check)
        : { ...base(check), outcome: "skipped" as const, found: "decided before" };
    conditions.push(report);
    if (decided !== undefined || report.outcome === "skipped") continue;
    if (report.outcome === "error") decided = "error";
    else if (report.outcome === "failed" && (gate || !anyOf)) decided = "no match";
    else if (report.outcome === "held" && anyOf && !gate) decided = "match";
    if (decided !== undefined) reason = sentence(report);
  }
  if (decided !== undefined) return { verdict: decided, anyOf, conditions, reason };
  if (anyOf) return { verdict: "no match", anyOf, conditions, reason: "none of its conditions held" };
  const held = conditions.some(({ outcome }) => outcome === "held");
  if (held) return { verdict: "match", anyOf, conditions, reason: "every condition that is set held" };
  const asked = conditions.length > 0 ? "there was nothing to compare its conditions with" : reason;
  return { verdict: "no match", anyOf, conditions, reason: asked };
}

/** Definitions and sandboxes that are not for each other; nothing is said where both are the usual. */
function sandboxChecks(when: CompiledWhen, facts: ContainerFacts): Check[] {
  const sandbox = when.sandbox === true;
  if (!sandbox && !facts.sandbox) return [];
  const found = facts.sandbox ? "a pod's sandbox" : "no sandbox";
  return [
    {
      condition: "sandbox",
      wanted: String(sandbox),
      judge: () => ({ held: sandbox === facts.sandbox, found }),
    },
  ];
}

function namespaceChecks({ namespaces }: CompiledWhen, facts: ContainerFacts): Check[] {
  if (namespaces === undefined) return [];
  const { namespace } = facts;
  const found =
    namespace.kind === "name" ? `${namespace.name} (${namespace.source})` : "no trusted namespace";
  const judge = () => ({ held: inNamespaces(namespaces, facts), found });
  return [{ condition: "namespaces", wanted: namespaces.join(", "), judge }];
}

function checksOf(when: CompiledWhen, facts: ContainerFacts, engine: PatternEngine | undefined): Check[] {
  const checks: Check[] = [];
  const { always, hasBindMounts, annotations, annotationValues, commands } = when;
  if (always !== undefined) {
    const judge = () => ({ held: always, found: always ? "always holds" : "false never holds" });
    checks.push({ condition: "always", wanted: String(always), judge });
  }
  if (hasBindMounts !== undefined) {
    const found = hasBindMounts
      ? facts.hasBindMounts
        ? "bind mounts"
        : "no bind mounts"
      : "false never holds";
    const judge = () => ({ held: hasBindMounts && facts.hasBindMounts, found });
    checks.push({ condition: "hasBindMounts", wanted: String(hasBindMounts), judge });
  }
  for (const { key, value, source } of annotations ?? []) {
    const judge = () => {
      const held = hasAnnotation(key, value, facts, engine);
      const near = facts.keys.filter((name) => matchesText(key, name, engine));
      const found = near.map((name) => `${name}=${facts.annotations[name] ?? ""}`).join(", ");
      return { held, found: found === "" ? "no annotation whose key matches" : found };
    };
    checks.push({ condition: "annotation", wanted: `${source[0]}: ${source[1]}`, judge });
  }
  if (annotationValues !== undefined) {
    const judge = () => {
      const held = facts.values.find((v) =>
        annotationValues.some(({ matcher }) => matchesText(matcher, v, engine)),
      );
      return { held: held !== undefined, found: held ?? "no annotation whose value matches" };
    };
    const wanted = annotationValues.map(({ source }) => source).join(", ");
    checks.push({ condition: "annotationValue", wanted, judge });
  }
  if (commands !== undefined && commands.length > 0) {
    const judge = () => {
      const { command } = facts;
      if (typeof command !== "string") throw emptyArgs();
      return { held: commands.some(({ matcher }) => matchesText(matcher, command, engine)), found: command };
    };
    const wanted = commands.map(({ source }) => source).join(", ");
    checks.push({ condition: "command", wanted, judge: facts.command === undefined ? noProcess : judge });
  }
  return checks;
}

function noProcess(): never {
  throw new Skipped("the container has no process");
}

class Skipped extends Error {}

function base({ condition, wanted }: Check): { condition: ConditionReport["condition"]; wanted: string } {
  return { condition, wanted };
}

function judged(check: Check): ConditionReport {
  try {
    const { held, found } = check.judge();
    return { ...base(check), outcome: held ? "held" : "failed", found };
  } catch (error) {
    if (error instanceof Skipped) return { ...base(check), outcome: "skipped", found: error.message };
    if (error instanceof Failure) return { ...base(check), outcome: "error", found: error.message };
    throw error;
  }
}

function sentence({ condition, outcome, wanted, found }: ConditionReport): string {
  if (outcome === "error") return found;
  return `${condition} ${JSON.stringify(wanted)} ${outcome}: ${found}`;
}
