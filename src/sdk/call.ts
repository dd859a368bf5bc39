/**
 * The call of a hook as its author sees it: each runtime's dialect of the state made one, and the stage, which no runtime tells. The
 * guard says it in HOOKWRIGHT_STAGE; without a guard the state decides, where the hook's stages leave no doubt.
 */

import { parseState, type Container as Said } from "../codec/state.ts";
import { monotonicMs } from "../linux/clock.ts";
import { write } from "../linux/write.ts";
import { VARIABLE, variable } from "../spec/environment.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { isStage, type Stage } from "../spec/stage.ts";
import type { Call, Container } from "./define.ts";

const STDERR = 2;

/** Where the state's pid is the host's; elsewhere runc says 1 and crun 0. */
const WITH_PROCESS: readonly Stage[] = ["prestart", "createRuntime", "poststart"];

/** What the state's status can mean. runc runs poststart when the container is `created`; crun says `created` from the start. */
const STATUS: { readonly [status: string]: readonly Stage[] } = {
  creating: ["prestart", "createRuntime", "createContainer"],
  created: ["prestart", "createRuntime", "createContainer", "startContainer", "poststart"],
  starting: ["startContainer"],
  running: ["poststart"],
  stopped: ["poststop"],
};

/**
 * What the state says. Throws `Failure` `state_invalid` (126), and `stage_unknown` (2) when nobody says at which stage the hook runs, or it is none of its stages.
 */
export function callOf(
  hook: { readonly name: string; readonly stages: readonly Stage[] },
  state: string,
  env: readonly string[],
): Call {
  const said = parseState(state);
  const stage = stageOf(hook, said, variable(env, VARIABLE.stage));
  const told = Number(variable(env, VARIABLE.deadline) ?? Number.NaN);
  const ledger = variable(env, VARIABLE.ledger);
  const deadline = Number.isFinite(told) ? told : Number.POSITIVE_INFINITY;
  return {
    stage,
    container: containerOf(said, stage),
    state,
    deadline,
    ...(ledger === undefined ? {} : { ledger }),
    left: variable(env, VARIABLE.left) === "1",
    remaining: () => Math.max(0, deadline - monotonicMs()),
    log: (line) => write(STDERR, `${line}\n`),
  };
}

function containerOf({ id, bundle, annotations, pid }: Said, stage: Stage): Container {
  const container = { id, bundle: stage === "startContainer" ? "" : bundle, annotations };
  return pid !== undefined && WITH_PROCESS.includes(stage) ? { ...container, pid } : container;
}

function stageOf(
  { name, stages }: { readonly name: string; readonly stages: readonly Stage[] },
  { status }: Said,
  word: string | undefined,
): Stage {
  const mend = { hint: `set ${VARIABLE.stage} to one of ${stages.join(", ")}`, exitCode: EXIT.usage };
  if (word !== undefined) {
    if (isStage(word) && stages.includes(word)) return word;
    throw new Failure("stage_unknown", `run ${name}: it is no hook for the stage ${JSON.stringify(word)}`, {
      ...mend,
      hint: `attach it at ${stages.join(", ")} only`,
    });
  }
  const possible = status === undefined ? stages : stages.filter((stage) => STATUS[status]?.includes(stage));
  const [only, ...others] = possible;
  if (only !== undefined && others.length === 0) return only;
  throw new Failure("stage_unknown", `run ${name}: nobody says at which stage it runs`, mend);
}
