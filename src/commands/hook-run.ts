/**
 * `hook run`: one run of one hook under the guard, as a runtime would start it, in a root of its own that is gone afterwards: no plan
 * in force changes, and the host's log does not know of it.
 */

import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename } from "node:path";
import { buildHook } from "../author/build.ts";
import { close } from "../linux/descriptor.ts";
import { setImmutable } from "../linux/inode.ts";
import { O, open } from "../linux/open.ts";
import { isDefinitionFile } from "../plan/definition-file.ts";
import { Failure } from "../spec/failure.ts";
import type { Plan, PlannedDefinition } from "../spec/plan.ts";
import { type Roots, rootsAt } from "../spec/roots.ts";
import type { Stage } from "../spec/stage.ts";
import { apply } from "./apply.ts";
import { type ShownRun, showRun } from "./events-show.ts";
import { hookAdd } from "./hook-add.ts";
import { hookShow } from "./hook-show.ts";

export interface RunOptions {
  /** Absolute path of a hook in TypeScript, a program or a definition; or the name of a definition of this host. */
  hook: string;
  stage: Stage;
  /** Absolute path of the bundle that the state names; one that is made for the run when absent. */
  bundle?: string;
  /** The state itself, JSON, in place of one that is made. */
  state?: string;
  /** Words and variables of a program; a definition has its own. */
  args?: readonly string[];
  env?: readonly string[];
}

/** Only root can change what lies here, which the guard insists on. */
const PREFIX = "/var/lib/hookwright-run-";

/** The status that a runtime of the specification tells at a stage. */
const STATUS: { readonly [S in Stage]: string } = {
  prestart: "creating",
  createRuntime: "creating",
  createContainer: "creating",
  startContainer: "created",
  poststart: "running",
  poststop: "stopped",
};

/** Runs once. @throws Failure */
export async function hookRun(host: Roots, options: RunOptions): Promise<ShownRun> {
  const { stage } = options;
  if (stage === "startContainer") {
    throw new Failure(
      "stage_inside",
      `run ${options.hook} at startContainer: that is inside of a container`,
      {
        hint: "attach it and start a container; at the other stages it runs on the host, as here",
      },
    );
  }
  const roots = rootsAt(mkdtempSync(PREFIX));
  try {
    chmodSync(roots.root, 0o755);
    const work = `${roots.root}/work`;
    mkdirSync(work);
    await attach(roots, host, work, options);
    const applied = await apply(roots);
    const digest = (applied.plan ?? "").slice("sha256:".length);
    const plan: Plan = JSON.parse(readFileSync(`${roots.plans}/${digest}.json`, "utf8"));
    const { entry } = attached(plan, options);
    const state = options.state ?? stateOf(options.bundle ?? makeBundle(`${work}/bundle`), stage);
    const done = Bun.spawnSync([`${roots.store}/${plan.guard}`, `${roots.store}/${entry}`, stage, digest], {
      argv0: "hookwright-guard",
      env: { HOOKWRIGHT_ROOT: roots.root },
      stdin: new TextEncoder().encode(state),
      stderr: "pipe",
    });
    if (!existsSync(roots.events)) {
      throw new Failure("guard_failed", `run ${options.hook}: ${String(done.stderr).trimEnd()}`);
    }
    return showRun(roots, "");
  } finally {
    remove(roots);
  }
}

/** Puts the hook's definition into the root of the run. */
async function attach(roots: Roots, host: Roots, work: string, options: RunOptions): Promise<void> {
  const { hook, stage, args = [], env } = options;
  const definition = !existsSync(hook)
    ? (await hookShow(host, { name: hook })).file
    : isDefinitionFile(hook)
      ? hook
      : null;
  if (definition !== null) {
    if (args.length > 0 || env !== undefined) {
      throw new Failure(
        "definition_has_words",
        `run ${hook}: its definition says which words and variables it gets`,
        {
          hint: "leave --arg and --env out, or give the program instead of its definition",
        },
      );
    }
    await hookAdd(roots, { source: definition });
    return;
  }
  const program = `${work}/${basename(hook).replace(/\.[cm]?[jt]s$/, "")}`;
  if (/\.[cm]?[jt]s$/.test(hook)) await buildHook(realpathSync(hook), program);
  else copyFileSync(hook, program);
  chmodSync(program, 0o755);
  await hookAdd(roots, {
    source: program,
    name: "run",
    stages: [stage],
    args,
    ...(env === undefined ? {} : { env }),
  });
}

function attached({ definitions }: Plan, { hook, stage }: RunOptions): PlannedDefinition & { entry: string } {
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

function stateOf(bundle: string, stage: Stage): string {
  let annotations: unknown;
  try {
    ({ annotations } = JSON.parse(readFileSync(`${bundle}/config.json`, "utf8")));
  } catch (error) {
    throw new Failure(
      "bundle_unreadable",
      `read ${bundle}/config.json: ${String((error as Error).message)}`,
      {
        hint: "give --bundle the directory of a container's config.json",
      },
    );
  }
  const id = basename(bundle) === "bundle" ? "hookwright-run" : basename(bundle);
  return JSON.stringify({
    ociVersion: "1.0.2",
    id,
    status: STATUS[stage],
    bundle,
    annotations: annotations ?? {},
  });
}

function makeBundle(directory: string): string {
  mkdirSync(`${directory}/rootfs/etc`, { recursive: true });
  writeFileSync(
    `${directory}/config.json`,
    JSON.stringify({ ociVersion: "1.0.2", root: { path: "rootfs" } }),
  );
  return directory;
}

/** What is in the store cannot be removed as it is. */
function remove({ root, store }: Roots): void {
  for (const name of existsSync(store) ? readdirSync(store) : []) {
    const fd = open(`${store}/${name}`, O.RDONLY | O.NOFOLLOW);
    setImmutable(fd, false);
    close(fd);
  }
  rmSync(root, { recursive: true, force: true });
}
