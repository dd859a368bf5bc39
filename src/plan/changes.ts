/** What differs between two plans, definition by definition and field by field, and the same as a unified text. */

import { unifiedDiff } from "../codec/diff.ts";
import { canonicalJson } from "../codec/json/canonical.ts";
import type { Entry, Hex, Plan, PlannedDefinition } from "../spec/plan.ts";

export interface FieldChange {
  /** As a person would point at it: `timeout`, `hook.args`. */
  readonly field: string;
  /** JSON values; undefined where there was, or is, none. */
  readonly before: unknown;
  readonly after: unknown;
}

export interface PlanChanges {
  readonly same: boolean;
  readonly added: string[];
  readonly removed: string[];
  readonly changed: { readonly name: string; readonly fields: FieldChange[] }[];
  /** Whether only the order of definitions differs. */
  readonly reordered: boolean;
  /** Changes of the plan as a whole: guard, runtime. */
  readonly plan: FieldChange[];
  /** Unified diff of both plans in a readable form; empty when they are the same. */
  readonly unified: string;
}

/** A plan's content with its entries in place of their digests. */
export interface ReadablePlan {
  readonly content: Omit<Plan, "generation" | "created">;
  readonly entries: ReadonlyMap<Hex, Entry>;
}

type Fields = { [field: string]: unknown };

/** Compares; `before` is undefined when there was no plan. */
export function planChanges(before: ReadablePlan | undefined, after: ReadablePlan): PlanChanges {
  const old = readable(before);
  const now = readable(after);
  const names = [...now.keys()];
  const added = names.filter((name) => !old.has(name));
  const removed = [...old.keys()].filter((name) => !now.has(name));
  const changed = names
    .filter((name) => old.has(name))
    .map((name) => ({ name, fields: fieldChanges(old.get(name) ?? {}, now.get(name) ?? {}) }))
    .filter(({ fields }) => fields.length > 0);
  const kept = (map: Map<string, Fields>, other: Map<string, Fields>) =>
    [...map.keys()].filter((name) => other.has(name));
  const reordered = canonicalJson(kept(old, now)) !== canonicalJson(kept(now, old));
  const plan = fieldChanges(whole(before), whole(after));
  const unified = unifiedDiff(pretty(before), pretty(after), {
    before: "plan in force",
    after: "definitions",
  });
  const same = unified === "";
  return { same, added, removed, changed, reordered, plan, unified };
}

function readable(plan: ReadablePlan | undefined): Map<string, Fields> {
  const all = plan?.content.definitions ?? [];
  return new Map(all.map((definition) => [definition.name, fieldsOf(definition, plan?.entries)]));
}

/** A definition as its author knows it: patterns instead of matchers, the entry's fields instead of its digest. */
function fieldsOf(definition: PlannedDefinition, entries: ReadonlyMap<Hex, Entry> | undefined): Fields {
  const { entry: digest, hook, interpreter, when, edits, name: _, ...rest } = definition;
  const entry = digest === undefined ? undefined : entries?.get(digest);
  const fields: Fields = { ...rest };
  if (hook !== undefined) fields["hook.digest"] = `sha256:${hook}`;
  if (interpreter !== undefined) fields["interpreter.digest"] = `sha256:${interpreter}`;
  if (digest !== undefined && entry === undefined) fields.entry = digest;
  for (const [field, value] of Object.entries(entry ?? {})) {
    if (
      ["version", "name", "hook", "timeout", "onFailure", "namespaces", "images", "interpreter"].includes(
        field,
      )
    )
      continue;
    fields[["path", "args", "env"].includes(field) ? `hook.${field}` : `guard.${field}`] = value;
  }
  for (const [field, value] of Object.entries(when)) fields[`when.${field}`] = sources(value);
  for (const [field, value] of Object.entries(edits ?? {})) fields[`edits.${field}`] = value;
  return fields;
}

function sources(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((one: unknown) =>
    typeof one === "object" && one !== null && "source" in one ? one.source : one,
  );
}

function whole(plan: ReadablePlan | undefined): Fields {
  if (plan === undefined) return {};
  return { guard: `sha256:${plan.content.guard}`, runtime: plan.content.runtime };
}

function fieldChanges(before: Fields, after: Fields): FieldChange[] {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return fields
    .map((field) => ({ field, before: before[field], after: after[field] }))
    .filter((change) => canonicalJson([change.before ?? null]) !== canonicalJson([change.after ?? null]));
}

/** One field a line, a blank line between definitions. */
function pretty(plan: ReadablePlan | undefined): string {
  if (plan === undefined) return "";
  const lines = fieldLines(whole(plan));
  for (const [name, fields] of readable(plan))
    lines.push("", `${name}:`, ...fieldLines(fields).map((line) => `  ${line}`));
  return `${lines.join("\n")}\n`;
}

function fieldLines(fields: Fields): string[] {
  const present = Object.entries(fields).filter(([, value]) => value !== undefined);
  return present
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([field, value]) => `${field}: ${canonicalJson(value)}`);
}
