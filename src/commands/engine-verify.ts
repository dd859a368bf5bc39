/** `engine verify`: a throw-away container is started on the engine, and what the guard recorded of it is shown. */

import { type EngineName, HANDLER } from "../engines/engine.ts";
import { machineOf } from "../engines/machine.ts";
import { readRecord } from "../engines/record.ts";
import { TRYOUT, tryOut } from "../engines/tryout.ts";
import { LogReader } from "../observe/read.ts";
import { hostProgram } from "../plan/host-program.ts";
import { readPlan } from "../plan/read.ts";
import type { EndEvent } from "../spec/event.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface VerifyOptions {
  readonly engine: EngineName;
  readonly env: { readonly [name: string]: string | undefined };
  /** The program that runs in the container, a static one; the host program when absent. */
  readonly host?: string;
}

export interface Verified {
  readonly engine: EngineName;
  readonly container: string;
  /** The end record of each hook that ran, in order. */
  readonly events: readonly EndEvent[];
}

/** Records of poststop may come when the client has returned already. Milliseconds. */
const PATIENCE = 2000;

/** @throws Failure when the engine is not enabled, when the container does not start, and when no hook ran in it. */
export async function verifyEngine(roots: Roots, { engine, env, host }: VerifyOptions): Promise<Verified> {
  const record = readRecord(roots, engine);
  if (record === undefined) {
    throw new Failure("engine_disabled", `verify ${engine}: it is not enabled`, {
      hint: `run \`hookwright engine enable ${engine}\` first`,
    });
  }
  const hint = `a definition that does: hookwright hook add PROGRAM --when-command '^${TRYOUT}$'; then \`hookwright apply\``;
  if (readPlan(roots) === undefined)
    throw new Failure("no_plan", `verify ${engine}: there is no plan in force`, { hint });
  const log = new LogReader(roots.events);
  for (const _ of log.next()); // what ran before is not wanted
  const container = tryOut(
    engine,
    machineOf(roots.root, env, undefined),
    record.wish.wrapper,
    hostProgram(host),
  );
  const events: EndEvent[] = [];
  for (
    let waited = 0;
    waited < PATIENCE && !events.some(({ stage }) => stage === "poststop");
    waited += 100
  ) {
    for (const event of log.next())
      if (event.kind === "end" && event.container.id === container) events.push(event);
    await Bun.sleep(100);
  }
  if (events.length > 0) return { engine, container, events };
  throw new Failure(
    "not_verified",
    `verify ${engine}: the container ran under ${HANDLER}, and no definition applied to it`,
    { hint },
  );
}
