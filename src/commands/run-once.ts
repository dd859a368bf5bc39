/**
 * One run of one hook under the guard, as a runtime would start it, in a root of its own that is gone afterwards: no plan in force
 * changes, and the host's log does not know of it.
 */

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { removeFromStore } from "../plan/store.ts";
import { TRIAL } from "../spec/environment.ts";
import { Failure } from "../spec/failure.ts";
import type { Plan, PlannedDefinition } from "../spec/plan.ts";
import { type Roots, rootsAt } from "../spec/roots.ts";
import { PRECREATE, type Stage } from "../spec/stage.ts";
import { apply } from "./apply.ts";
import { type ShownRun, showRun } from "./events-show.ts";

export interface Once {
  /** What is run, for messages. */
  hook: string;
  stage: Stage;
  /** Puts the hook's definition, and nothing else, into the root; `work` is a directory of the run in it. */
  attach(roots: Roots, work: string): Promise<void>;
  /** The state, JSON. */
  state(work: string): string;
}

/** Only root can change what lies here, which the guard insists on. */
const PREFIX = "/var/lib/hookwright-run-";

/** The status that a runtime of the specification tells at a stage. */
const STATUS: { readonly [S in Stage]: string } = {
  precreate: "creating",
  prestart: "creating",
  createRuntime: "creating",
  createContainer: "creating",
  startContainer: "created",
  poststart: "running",
  poststop: "stopped",
};

/** The state, JSON, that a runtime would give at a stage; `annotations` as a config.json has them, or does not. */
export function stateText(stage: Stage, id: string, bundle: string, annotations: unknown): string {
  return JSON.stringify({
    ociVersion: "1.0.2",
    id,
    status: STATUS[stage],
    bundle,
    annotations: annotations ?? {},
  });
}

/** Runs once. @throws Failure */
export async function runOnce({ hook, stage, attach, state }: Once): Promise<ShownRun> {
  if (stage === "startContainer") {
    throw new Failure("stage_inside", `run ${hook} at startContainer: that is inside of a container`, {
      hint: "attach it and start a container; at the other stages it runs on the host, as here",
    });
  }
  const roots = rootsAt(mkdtempSync(PREFIX));
  try {
    chmodSync(roots.root, 0o755);
    const work = `${roots.root}/work`;
    mkdirSync(work);
    await attach(roots, work);
    const applied = await apply(roots);
    const digest = (applied.plan ?? "").slice("sha256:".length);
    const plan: Plan = JSON.parse(readFileSync(`${roots.plans}/${digest}.json`, "utf8"));
    const { entry } = attached(plan, hook, stage);
    const done = Bun.spawnSync([`${roots.store}/${plan.guard}`, `${roots.store}/${entry}`, stage, digest], {
      argv0: "hookwright-guard",
      env: { HOOKWRIGHT_ROOT: roots.root, [TRIAL]: "1" },
      stdin: new TextEncoder().encode(state(work)),
      stderr: "pipe",
    });
    if (!existsSync(roots.events)) {
      throw new Failure("guard_failed", `run ${hook}: ${String(done.stderr).trimEnd()}`);
    }
    const shown = showRun(roots, "");
    // Whoever runs it by hand wants to see the edits, which the event leaves out.
    if (stage === PRECREATE && shown.end !== undefined)
      shown.end.stdout = { bytes: done.stdout.length, tail: done.stdout.toString() };
    return shown;
  } finally {
    for (const name of existsSync(roots.store) ? readdirSync(roots.store) : [])
      removeFromStore(`${roots.store}/${name}`);
    rmSync(roots.root, { recursive: true, force: true });
  }
}

function attached({ definitions }: Plan, hook: string, stage: Stage): PlannedDefinition & { entry: string } {
  const [planned] = definitions;
  if (planned?.entry === undefined)
    throw new Failure("no_program", `run ${hook}: its definition has no program`);
  if (!planned.stages.includes(stage)) {
    throw new Failure("not_at_stage", `run ${hook}: its definition does not attach it at ${stage}`, {
      hint: `it is attached at ${planned.stages.join(", ")}`,
    });
  }
  return { ...planned, entry: planned.entry };
}
