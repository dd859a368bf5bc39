/** The plan in force: whether it can be read, whether the store has what it names, and what waits to be applied. */

import { missingFiles } from "../plan/apply.ts";
import { DefinitionFailure } from "../plan/draft.ts";
import { pendingChanges } from "../plan/pending.ts";
import { Failure } from "../spec/failure.ts";
import { type Finding, finding } from "./finding.ts";
import type { Subject } from "./subject.ts";

export function checkPlan(subject: Subject): Finding[] {
  return [...inForce(subject), ...waiting(subject)];
}

function inForce({ roots, plan }: Subject): Finding[] {
  if (plan === undefined) return [];
  if (plan instanceof Failure) {
    const message = `no container starts under a wrapper: ${plan.message}`;
    return [finding("error", plan.code, message, plan.hint ?? "run `hookwright apply`")];
  }
  return missingFiles(roots, plan.plan).map((digest) => {
    const users = plan.plan.definitions.filter(({ entry, hook, interpreter }) =>
      [entry, hook, interpreter].includes(digest),
    );
    const whose = digest === plan.plan.guard ? "the guard" : users.map(({ name }) => name).join(", ");
    const message = `the store has no ${digest.slice(0, 12)}, or another file of that name, which is ${whose}: such hooks fail`;
    return finding(
      "error",
      "store_incomplete",
      message,
      "run `hookwright apply`, and find out who changed the store",
    );
  });
}

function waiting({ roots, plan, host }: Subject): Finding[] {
  try {
    const { changes } = pendingChanges(roots, host === undefined ? {} : { host });
    // Nothing in force and nothing to put in force is an installation that is not used yet.
    if (changes.same || (plan === undefined && changes.added.length === 0)) return [];
    const what = [
      ...changes.added.map((name) => `+${name}`),
      ...changes.removed.map((name) => `-${name}`),
      ...changes.changed.map(
        ({ name, fields }) => `~${name} (${fields.map(({ field }) => field).join(", ")})`,
      ),
      ...(changes.reordered ? ["the order"] : []),
      ...changes.plan.map(({ field }) => field),
    ];
    const message = `definitions or programs have changed since the last apply: ${what.join(", ")}`;
    return [finding("warning", "plan_stale", message, "see `hookwright diff`, then run `hookwright apply`")];
  } catch (error) {
    if (error instanceof DefinitionFailure) {
      const errors = error.problems.filter(({ severity }) => severity === "error");
      return errors.map(({ file, line, column, rule, message, mend }) =>
        finding("error", "definition_invalid", `${file}:${line}:${column}: ${rule}: ${message}`, mend),
      );
    }
    // The host program is another check's.
    if (error instanceof Failure && error.code.startsWith("host_")) return [];
    if (error instanceof Failure)
      return [finding("error", error.code, error.message, error.hint ?? "correct what is named")];
    throw error;
  }
}
