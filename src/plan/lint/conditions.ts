/** Rules about `when`: patterns that do not compile, that match more than they seem to, and conditions that never hold. */

import type { PathStep } from "../../codec/definition/located.ts";
import { compileImage } from "../../rules/hooks/compile-image.ts";
import { compilePattern } from "../../rules/hooks/pattern.ts";
import type { Definition, When } from "../../spec/definition.ts";
import { Failure } from "../../spec/failure.ts";
import { anchored } from "./anchor.ts";
import type { Report } from "./problem.ts";

interface Pattern {
  readonly source: string;
  readonly role: string;
  readonly path: PathStep[];
  /** Whether it is a key of the file, not a value. */
  readonly key: boolean;
}

export function lintConditions({ when }: Definition, legacy: boolean, report: Report): void {
  for (const pattern of patternsOf(when, legacy)) lintPattern(pattern, report);
  for (const [i, image] of (when.images ?? []).entries()) lintImage(image, i, report);
  if (legacy) {
    lintJoined(when, report);
    if (when.annotationValues === undefined && !when.commands?.length && when.hasBindMounts !== true) {
      report.add("never-matches", [], "no condition is set, so no container matches", MEND);
    }
    return;
  }
  const found = neverHolds(when);
  if (found !== undefined)
    report.add("never-matches", found.path, found.message, MEND, found.path.length > 0);
}

const MEND = "correct when; to switch a packaged definition of this file name off, leave it so";

function neverHolds(when: When): { path: PathStep[]; message: string } | undefined {
  if (when.always === false)
    return { path: ["when", "always"], message: "always: false matches no container" };
  if (when.hasBindMounts === false) {
    const message = "hasBindMounts: false matches no container, with bind mounts or without";
    return { path: ["when", "hasBindMounts"], message };
  }
  const set =
    when.always !== undefined ||
    when.hasBindMounts !== undefined ||
    when.namespaces !== undefined ||
    when.images !== undefined ||
    when.sandbox !== undefined ||
    Object.keys(when.annotations ?? {}).length > 0 ||
    (when.commands ?? []).length > 0;
  return set ? undefined : { path: ["when"], message: "when sets no condition, so no container matches" };
}

/** Upstream joins the annotation patterns of a 0.1.0 file by `|` and compiles the whole. */
function lintJoined({ annotationValues }: When, report: Report): void {
  if (annotationValues === undefined) return;
  try {
    compilePattern(annotationValues.join("|"), "annotation value");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    report.add("pattern-invalid", ["annotations"], error.message, error.hint ?? "correct the pattern");
  }
}

function lintImage(image: string, i: number, report: Report): void {
  try {
    compileImage(image);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    report.add("image-name", ["when", "images", i], error.message, error.hint ?? "correct the name");
  }
}

function lintPattern({ source, role, path, key }: Pattern, report: Report): void {
  try {
    compilePattern(source, role);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    report.add("pattern-invalid", path, error.message, error.hint ?? "correct the pattern", key);
    return;
  }
  if (anchored(source)) return;
  const message = `the ${role} ${JSON.stringify(source)} is not anchored: it matches anywhere inside a longer word`;
  report.add(
    "unanchored-pattern",
    path,
    message,
    `write ${JSON.stringify(withAnchors(source))}, or .* where anything may stand`,
    key,
  );
}

function withAnchors(source: string): string {
  const inner = source.includes("|") ? `(${source.replace(/\^|\$/g, "")})` : source.replace(/^\^|\$$/g, "");
  return `^${inner}$`;
}

function patternsOf(when: When, legacy: boolean): Pattern[] {
  const patterns: Pattern[] = [];
  for (const [key, value] of Object.entries(when.annotations ?? {})) {
    const path = ["when", "annotations", key];
    patterns.push({ source: key, role: "annotation key", path, key: true });
    patterns.push({ source: value, role: "annotation value", path, key: false });
  }
  const where: PathStep[] = legacy ? ["cmds"] : ["when", "commands"];
  for (const [i, source] of (when.commands ?? []).entries()) {
    patterns.push({ source, role: "command", path: [...where, i], key: false });
  }
  return patterns;
}
