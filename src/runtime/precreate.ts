/**
 * A hook at precreate: run here, before the runtime, under the guard as everywhere else. What it prints on standard output are edits;
 * the guard hands them on when the hook did well, and keeps them out of the log, since they may be secret.
 */

import type { Container } from "../codec/state.ts";
import { close, duplicate } from "../linux/descriptor.ts";
import { createMemfd } from "../linux/memfd.ts";
import { decode } from "../linux/primitive.ts";
import { pread } from "../linux/read.ts";
import { SIGNAL } from "../linux/signal.ts";
import { spawn } from "../linux/spawn.ts";
import { fstat } from "../linux/stat.ts";
import { closeOnExec, dieWithParent, executeFile, pass } from "../linux/steps.ts";
import { shellStatus, wait } from "../linux/wait.ts";
import { pwrite } from "../linux/write.ts";
import { GUARD } from "../rules/hooks/own-entry.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { PlannedDefinition } from "../spec/plan.ts";
import { PRECREATE } from "../spec/stage.ts";
import type { BundleRequest } from "./inject.ts";

/** Out of the way of the standard descriptors. */
const SAFE = 10;

/** Runs the definition's hook for a container; returns what it printed. Throws `Failure` `precreate_failed`, LinuxError. */
export function runPrecreate(
  { name, entry }: PlannedDefinition,
  { roots, plan, digest, runtimeName }: BundleRequest,
  { id, bundle, annotations }: Container,
): string {
  const guard = `${roots.store}/${plan.guard}`;
  const argv = [GUARD, `${roots.store}/${entry}`, PRECREATE, digest, runtimeName];
  const [stdin, stdout, stderr] = [file(), file(), file()];
  try {
    const state = { ociVersion: "1.0.2", id, status: "creating", bundle, annotations };
    pwrite(stdin, JSON.stringify(state), 0);
    const child = spawn([
      ...dieWithParent(SIGNAL.KILL),
      pass(stdin, 0),
      pass(stdout, 1),
      pass(stderr, 2),
      closeOnExec(3),
      executeFile(guard, argv, [`HOOKWRIGHT_ROOT=${roots.root}`]),
    ]);
    const ending = wait(child.pid)?.ending ?? { exited: true, code: EXIT.own };
    close(child.pidfd);
    const failure = child.failure();
    if (failure !== undefined) throw failure;
    const status = shellStatus(ending);
    if (status === EXIT.ok) return textOf(stdout);
    // The guard's last line names hook, stage, reason and run.
    const said = textOf(stderr).trimEnd();
    const line = said.slice(said.lastIndexOf("\n") + 1) || `the guard ended with ${status}`;
    throw new Failure("precreate_failed", `edit the container by ${name}: ${line}`, { exitCode: EXIT.own });
  } finally {
    for (const fd of [stdin, stdout, stderr]) close(fd);
  }
}

function file(): number {
  const fd = createMemfd("precreate", false);
  const copy = duplicate(fd, SAFE);
  close(fd);
  return copy;
}

function textOf(fd: number): string {
  const bytes = new Uint8Array(fstat(fd).size);
  return decode(bytes.subarray(0, bytes.length === 0 ? 0 : pread(fd, bytes, 0)));
}
