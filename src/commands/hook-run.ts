/** `hook run`: a hook in TypeScript, a program or a definition, run once with a state that is made for it. */

import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { basename } from "node:path";
import { buildHook } from "../author/build.ts";
import { isDefinitionFile } from "../plan/definition-file.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";
import type { Stage } from "../spec/stage.ts";
import type { ShownRun } from "./events-show.ts";
import { hookAdd } from "./hook-add.ts";
import { hookShow } from "./hook-show.ts";
import { runOnce, stateText } from "./run-once.ts";
import { stateAt } from "./running-container.ts";

export interface RunOptions {
  /** Absolute path of a hook in TypeScript, a program or a definition; or the name of a definition of this host. */
  hook: string;
  stage: Stage;
  /** Absolute path of the bundle that the state names; one that is made for the run when absent. */
  bundle?: string;
  /** Id of a container that runs, of which the state is taken; `runtimeRoot` is where its runtime keeps it, when that is unusual. */
  container?: string;
  runtimeRoot?: string;
  /** The state itself, JSON, in place of one that is made. */
  state?: string;
  /** Words and variables of a program; a definition has its own. */
  args?: readonly string[];
  env?: readonly string[];
}

/** Runs once. @throws Failure */
export function hookRun(host: Roots, options: RunOptions): Promise<ShownRun> {
  const { hook, stage, bundle } = options;
  const state = options.state ?? (options.container === undefined ? undefined : stateOfRunning(options));
  return runOnce({
    hook,
    stage,
    attach: (roots, work) => attach(roots, host, work, options),
    state: (work) => state ?? stateOf(bundle ?? makeBundle(`${work}/bundle`), stage),
  });
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

/** What a runtime would say of the container at the stage. */
function stateOfRunning({ hook, stage, container = "", runtimeRoot }: RunOptions): string {
  if (stage === "createContainer") {
    throw new Failure(
      "stage_past",
      `run ${hook} at ${stage} for ${container}: it runs before the container has its root`,
      { hint: "give --stage poststart: then it changes a container that runs" },
    );
  }
  return stateAt(stage, container, runtimeRoot);
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
  return stateText(stage, id, bundle, annotations);
}

function makeBundle(directory: string): string {
  mkdirSync(`${directory}/rootfs/etc`, { recursive: true });
  writeFileSync(
    `${directory}/config.json`,
    JSON.stringify({ ociVersion: "1.0.2", root: { path: "rootfs" } }),
  );
  return directory;
}
