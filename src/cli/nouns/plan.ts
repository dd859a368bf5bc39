/** `apply`, `diff`, `rollback`, `status`: the plan, from the definitions to what is in force. */

import type { Flag, Verb } from "../grammar.ts";
import { shortDigest } from "../words.ts";

export const HOST: Flag = {
  name: "host",
  value: "FILE",
  completes: "file",
  variable: "HOOKWRIGHT_HOST",
  summary: "host program that becomes the guard; hookwright-host beside this program when absent",
};

const apply: Verb = {
  kind: "verb",
  name: "apply",
  summary: "check all definitions and put them in force",
  description: [
    "Every definition is checked before anything changes; then the plan is replaced in one step. Containers that exist keep the hooks that they were created with.",
  ],
  examples: [
    { command: "hookwright apply", means: "put the definitions in force" },
    { command: "hookwright apply --check", means: "only check, write nothing" },
  ],
  flags: [{ name: "check", summary: "only check, write nothing" }, HOST],
  kernel: true,
  async run({ roots, flags }) {
    const { apply: applyPlan } = await import("../../commands/apply.ts");
    const { applyText, draftNotes } = await import("../plan-text.ts");
    const check = flags.on("check");
    const host = flags.text("host");
    const done = await applyPlan(roots, { check, ...(host !== undefined && { host }) });
    return {
      kind: "whole",
      data: done,
      view: applyText(done, check),
      names: done.plan === undefined ? [] : [done.plan],
      notes: draftNotes(done),
    };
  },
};

const diff: Verb = {
  kind: "verb",
  name: "diff",
  summary: "say what apply would change",
  examples: [
    { command: "hookwright diff", means: "a unified difference of the plan" },
    { command: "hookwright diff -q", means: "only the names of what differs" },
  ],
  flags: [HOST],
  exits: [
    "0 apply would change nothing",
    "1 apply would change the plan",
    "2 the work failed, or the command line is wrong",
  ],
  failureExit: 2,
  kernel: true,
  async run({ roots, flags }) {
    const { diff: diffPlan } = await import("../../commands/diff.ts");
    const { diffText } = await import("../change-text.ts");
    const { problemNotes } = await import("../plan-text.ts");
    const host = flags.text("host");
    const done = await diffPlan(roots, host === undefined ? {} : { host });
    return {
      kind: "whole",
      data: done,
      view: done.same ? [] : diffText(done.unified),
      names: [...done.added, ...done.removed, ...done.changed.map(({ name }) => name)],
      notes: problemNotes(done.problems),
      exitCode: done.same ? 0 : 1,
    };
  },
};

const rollback: Verb = {
  kind: "verb",
  name: "rollback",
  summary: "put the previous plan in force again",
  description: [
    "Definitions stay as they are, so the next `apply` puts them in force again. A second rollback undoes the first.",
  ],
  examples: [
    { command: "hookwright rollback", means: "after an apply that was a mistake" },
    { command: "hookwright rollback && hookwright diff", means: "and see what the definitions would change" },
  ],
  kernel: true,
  async run({ roots }) {
    const { rollback: rollBack } = await import("../../commands/rollback.ts");
    const done = await rollBack(roots);
    const view = [
      `plan ${shortDigest(done.plan, false)} is in force again: generation ${done.generation}, ${done.definitions.length} definitions`,
    ];
    return { kind: "whole", data: done, view, names: [done.plan] };
  },
};

const status: Verb = {
  kind: "verb",
  name: "status",
  summary: "say what is in force, whether it is sound, and what waits",
  examples: [
    { command: "hookwright status", means: "at a glance" },
    { command: "hookwright status --format '{{.generation}}'", means: "one figure" },
  ],
  flags: [HOST],
  exits: ["1 the plan in force cannot be used as it is, or the work failed"],
  kernel: true,
  async run({ roots, flags, full }) {
    const { status: statusOf } = await import("../../commands/status.ts");
    const { statusText } = await import("../plan-text.ts");
    const host = flags.text("host");
    const found = await statusOf(roots, host === undefined ? {} : { host });
    return {
      kind: "whole",
      data: found,
      view: statusText(found, full),
      names: found.plan === undefined ? [] : [found.plan],
      exitCode: found.fault !== undefined || found.missing.length > 0 ? 1 : 0,
    };
  },
};

export const planVerbs: readonly Verb[] = [apply, diff, rollback, status];
