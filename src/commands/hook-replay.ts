/**
 * `hook replay RUN`: a run of the log once more, with the program, the words and the environment that it had: the plan under which it
 * ran names them, and the store keeps them as long as that plan.
 */

import { copyFileSync, mkdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { replaceFile } from "../linux/replace.ts";
import { entriesOf } from "../plan/entries.ts";
import { readPlanFile } from "../plan/read.ts";
import { isSound } from "../plan/store.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Entry } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import { type ShownRun, showRun } from "./events-show.ts";
import { runOnce, stateText } from "./run-once.ts";

export interface ReplayOptions {
  /** The beginning of the run's id. */
  run: string;
  /** A state, JSON, in place of the one that is made of the record. */
  state?: string;
  /** Absolute path of a file that gets the system calls that the hook makes, as strace writes them. */
  trace?: string;
}

export interface Replayed {
  /** As the log has it. */
  before: ShownRun;
  /** As it went now. */
  now: ShownRun;
}

/** Runs it again. @throws Failure */
export async function hookReplay(host: Roots, options: ReplayOptions): Promise<Replayed> {
  const before = showRun(host, options.run);
  const entry = entryOfRun(host, before);
  const { stage } = before;
  const now = await runOnce({
    hook: before.run,
    stage,
    attach: async (roots, work) => {
      mkdirSync(`${work}/program`);
      // A program may go by the name that it is called by.
      const path = `${work}/program/${basename(entry.args[0] ?? entry.path)}`;
      copyFileSync(`${host.store}/${entry.hook}`, path);
      const directory = `${roots.config}/hooks.d`;
      mkdirSync(directory, { recursive: true });
      const definition = definitionOf(entry, path, stage, options.trace);
      replaceFile(`${directory}/replay.json`, JSON.stringify(definition), { mode: 0o644 });
    },
    state: () => options.state ?? stateOfRun(before),
  });
  return { before, now };
}

/** What the guard was told of the run. @throws Failure `run_gone` */
export function entryOfRun(host: Roots, { plan, hook, run }: ShownRun): Entry {
  const gone = (what: string) =>
    new Failure("run_gone", `replay ${run}: ${what}`, {
      hint: "plans and programs are kept as long as a container can call them; `hookwright hook run` runs what is there now",
    });
  const digest = plan.slice("sha256:".length);
  let planned: Entry | undefined;
  try {
    planned = [...entriesOf(host, readPlanFile(host, digest)).values()].find(
      ({ name }) => name === hook.name,
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw gone(`its plan ${plan} is gone`);
  }
  if (planned === undefined || !isSound(`${host.store}/${planned.hook}`, planned.hook))
    throw gone("its program is gone");
  return planned;
}

function definitionOf(entry: Entry, path: string, stage: string, trace: string | undefined): object {
  const { args, env, timeout, output, onFailure, interpreter } = entry;
  const strace = trace === undefined ? undefined : Bun.which("strace");
  if (strace === null) {
    throw new Failure("no_strace", "trace the hook: there is no strace on the PATH", {
      hint: "install strace, or leave --trace out",
      exitCode: EXIT.missing,
    });
  }
  const traced = trace === undefined ? [] : ["strace", "-f", "-o", trace, path];
  const how =
    interpreter === undefined ? {} : { interpreter: interpreter.digest === undefined ? "trust" : "pin" };
  return {
    version: "1.0.0",
    hook: {
      path: strace ?? path,
      args: strace === undefined ? args : [...traced, ...args.slice(1)],
      env,
      timeout,
    },
    when: { always: true },
    stages: [stage],
    guard: { output, onFailure, ...(strace === undefined ? how : {}) },
  };
}

/** The state, JSON, of what the record tells; the process is not in it, since its number may be another's by now. */
export function stateOfRun({ container, stage }: ShownRun): string {
  const { id, bundle } = container;
  let annotations: unknown;
  try {
    ({ annotations } = JSON.parse(readFileSync(`${bundle}/config.json`, "utf8")));
  } catch {
    // The bundle is gone with its container.
  }
  return stateText(stage, id, bundle, annotations);
}
