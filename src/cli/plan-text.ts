/** The plan as people read it: what an apply did, and how things stand. */

import type { ApplyResult } from "../commands/apply.ts";
import type { Status } from "../commands/status.ts";
import type { PlanChanges } from "../plan/changes.ts";
import { type Problem, problemText } from "../plan/lint/problem.ts";
import type { Cell, Text } from "./answer.ts";
import { counted, factLines, shortDigest } from "./words.ts";

export function applyText(done: ApplyResult, check: boolean): Text {
  const definitions = counted(done.definitions, "definition");
  const lines = changeLines(done.changes);
  if (check) {
    return [`${definitions}, all fit to apply${done.changes.same ? "; nothing would change" : ""}`, ...lines];
  }
  const plan = `plan ${shortDigest(done.plan ?? "", false)}, generation ${done.generation}, ${definitions}`;
  if (!done.changed) return [`${plan}: in force already`];
  return [`${plan}: in force`, ...lines, ...collectedLines(done.collected)];
}

function changeLines({ added, removed, changed, reordered, plan }: PlanChanges): Cell[] {
  return [
    ...added.map((name): Cell => ({ text: `  + ${name}`, tone: "good" })),
    ...removed.map((name): Cell => ({ text: `  - ${name}`, tone: "bad" })),
    ...changed.map(({ name, fields }) => `  ~ ${name}: ${fields.map(({ field }) => field).join(", ")}`),
    ...(reordered ? ["  ~ the order of definitions"] : []),
    ...plan.map(({ field }) => `  ~ ${field}`),
  ];
}

function collectedLines({ plans, files }: ApplyResult["collected"]): string[] {
  if (plans === 0 && files === 0) return [];
  return [
    `removed ${counted(plans, "plan")} and ${counted(files, "stored file")} that no container needs any more`,
  ];
}

/** Warnings, masked files and notes of a draft. */
export function draftNotes({
  problems,
  masked,
  notes,
}: Pick<ApplyResult, "problems" | "masked" | "notes">): string[] {
  return [
    ...problemNotes(problems),
    ...masked.map(({ file, by }) => `note: ${file} is masked by ${by}`),
    ...notes,
  ];
}

/** Problems that do not stop anything. */
export function problemNotes(problems: readonly Problem[]): string[] {
  return problems.map((problem) => `${problem.severity}: ${problemText(problem)}`);
}

export function statusText(status: Status, full: boolean): Text {
  const { plan, previous, pending, store, containers } = status;
  const missing: Cell[] = status.missing.map((digest) => ({
    text: `the store lacks ${digest}, or has it damaged; \`hookwright apply\` mends it`,
    tone: "bad",
  }));
  const fault: Cell[] =
    status.fault === undefined ? [] : [{ text: `no container can start: ${status.fault}`, tone: "bad" }];
  const facts = factLines([
    ["plan", plan === undefined ? "none in force" : shortDigest(plan, full)],
    [
      "generation",
      status.generation === undefined ? undefined : `${status.generation}, of ${status.created}`,
    ],
    ["previous", previous && shortDigest(previous, full)],
    ["definitions", `${status.definitions}: ${counted(status.hooks, "hook")}, ${status.edits} with edits`],
    ["pending", pendingWords(pending)],
    ["store", `${counted(store.files, "file")}, ${(store.bytes / 1024 / 1024).toFixed(1)} MiB`],
    [
      "containers",
      `${containers.live} live${containers.older > 0 ? `, ${containers.older} of them under an older plan` : ""}`,
    ],
  ]);
  return [...fault, ...missing, ...facts];
}

function pendingWords({ added, removed, changed, other, fault }: Status["pending"]): string {
  if (fault !== undefined) return `cannot be applied: ${fault}`;
  const parts = [
    ...added.map((name) => `+${name}`),
    ...removed.map((name) => `-${name}`),
    ...changed.map((name) => `~${name}`),
    ...(other ? ["order, guard or runtime"] : []),
  ];
  return parts.length === 0 ? "nothing" : `${parts.join(", ")} (see \`hookwright diff\`)`;
}
