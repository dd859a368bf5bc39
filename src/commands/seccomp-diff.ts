/** `seccomp diff BEFORE AFTER`, or AFTER against an engine: what another profile would change, the dangerous calls first. */

import { readJson } from "../codec/json/read.ts";
import { defaultFilter } from "../engines/default-filter.ts";
import type { FilteringEngine } from "../engines/engine.ts";
import { machineOf } from "../engines/machine.ts";
import { hostProgram } from "../plan/host-program.ts";
import { diffProfiles, type ProfileDifference } from "../rules/seccomp/diff.ts";
import { readProfile } from "../rules/seccomp/read-profile.ts";
import type { Roots } from "../spec/roots.ts";
import { hostTarget, type ProfileFile, profileFile } from "./seccomp-files.ts";

/** What a container gets from this engine that asks for no profile. */
export interface EngineDefault {
  readonly engine: FilteringEngine;
  readonly env: { readonly [name: string]: string | undefined };
}

export interface DiffResult extends ProfileDifference {
  before: string;
  after: string;
}

/** @throws Failure, also when the engine does not start the container that it is asked with */
export async function seccompDiff(
  roots: Roots,
  before: string | EngineDefault,
  after: string,
): Promise<DiffResult> {
  const second = profileFile(roots, after);
  const first = typeof before === "string" ? profileFile(roots, before) : engineProfile(roots, before);
  const difference = diffProfiles(first.profile, second.profile, hostTarget());
  return { before: first.file, after: second.file, ...difference };
}

function engineProfile(roots: Roots, { engine, env }: EngineDefault): ProfileFile {
  const text = defaultFilter(engine, machineOf(roots.root, env, undefined), hostProgram(undefined));
  const file = `the default of ${engine}`;
  return { file, ...readProfile(readJson(text, { file })) };
}
