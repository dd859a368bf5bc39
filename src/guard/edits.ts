/**
 * What a hook prints at precreate: edits, for the injector that waits on the guard's own standard output. They go on only when the hook
 * did well, and all of them; no record keeps them, since they may be secret.
 */

import { write } from "../linux/write.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Entry } from "../spec/plan.ts";
import { PRECREATE } from "../spec/stage.ts";
import type { Ending } from "./finish.ts";
import type { Run } from "./run.ts";
import { failed, type Verdict } from "./verdict.ts";

const STDOUT = 1;
/** An environment and a seccomp profile, with room to spare. */
const MOST = 256 * 1024;

/** Bytes that are kept of a hook's standard output. */
export function keptOutput({ call }: Run, { output }: Entry): number {
  return call.stage === PRECREATE ? MOST : output;
}

/** Hands the edits on and takes them out of what is recorded; returns how the run ended then. */
export function handOn({ call }: Run, entry: Entry, verdict: Verdict, ending: Ending): Verdict {
  const { stdout } = ending;
  if (call.stage !== PRECREATE || stdout === undefined) return verdict;
  delete ending.stdout;
  if (verdict.result !== "ok") return verdict;
  if (stdout.bytes > MOST) {
    return failed(
      new Failure("edits_too_large", `run ${entry.path}: it printed more than ${MOST / 1024} KiB of edits`, {
        exitCode: EXIT.refused,
      }),
    );
  }
  write(STDOUT, stdout.last());
  return verdict;
}
