/**
 * The runtimes that engines name: programs that are not there, wrappers of ours with no runtime behind them or put there
 * by somebody else, and wrappers of others in the place of the default, past which containers get no hooks of ours.
 */

import { existsSync } from "node:fs";
import { basename } from "node:path";
import { HANDLER, type NamedRuntime } from "../engines/engine.ts";
import { programOf } from "../engines/machine.ts";
import { type Finding, finding } from "./finding.ts";
import { type ExaminedEngine, onDisk, type Subject } from "./subject.ts";

/** Other programs that change a container's configuration before a runtime reads it. */
const FOREIGN = /^(nvidia-container-runtime(\..+)?|amd-container-runtime|habana-container-runtime|shimpei)$/;
const OURS = /^(hookwright-.+|oci-add-hooks)$/;

export function checkRuntimes(subject: Subject): Finding[] {
  return subject.engines.flatMap((engine) =>
    engine.runtimes.flatMap((runtime) => [
      ...missing(subject, engine, runtime),
      ...unrecorded(engine, runtime),
      ...foreign(engine, runtime),
    ]),
  );
}

function missing(
  subject: Subject,
  { engine, file }: ExaminedEngine,
  { name, program }: NamedRuntime,
): Finding[] {
  const ours = OURS.test(basename(program));
  const there = (path: string) => existsSync(path) || existsSync(onDisk(subject, path));
  if (program.startsWith("/") ? !there(program) : programOf(subject.machine, program) === undefined) {
    const message = `${engine} starts ${program} as runtime ${name}, and it is not there: no such container starts`;
    const mend = ours
      ? `install it again, or run \`hookwright engine disable ${engine}\``
      : `install it, or take ${name} out of ${file}`;
    return [finding(ours ? "error" : "warning", "runtime_missing", message, mend)];
  }
  const behind = ours ? behindName(basename(program)) : undefined;
  if (behind === undefined || programOf(subject.machine, behind) !== undefined) return [];
  const message = `${engine} starts ${program}, and there is no ${behind} for it to start`;
  return [
    finding("error", "runtime_behind", message, `install ${behind}, or enable ${engine} with --runtime`),
  ];
}

/** `hookwright-crun` looks up crun; `hookwright-runtime` what the plan or the machine has. */
function behindName(wrapper: string): string | undefined {
  const name = wrapper.startsWith("hookwright-") ? wrapper.slice("hookwright-".length) : undefined;
  return name === "runtime" ? undefined : name;
}

/** Named by hand, or from an installation whose record is lost: `disable` does not take it out. */
function unrecorded({ engine, state, file }: ExaminedEngine, { name, program }: NamedRuntime): Finding[] {
  if (!OURS.test(basename(program)) || (state !== "disabled" && name === HANDLER)) return [];
  const message = `${engine} starts ${program} as runtime ${name}, which \`engine enable\` did not write`;
  const mend = `nothing, if you wrote it; else take it out of ${file} before hookwright is removed`;
  return [finding("note", "runtime_unrecorded", message, mend)];
}

function foreign(
  { engine, state }: ExaminedEngine,
  { name, program, default: isDefault }: NamedRuntime,
): Finding[] {
  if (state === "disabled" || !isDefault || !FOREIGN.test(basename(program))) return [];
  const message = `${engine} gives containers that ask for no runtime to ${name}, another wrapper: they get no hooks of ours`;
  const mend = `stand in front of it: hookwright engine enable ${engine} --default --runtime ${basename(program)}`;
  return [finding("warning", "runtime_foreign", message, mend)];
}
