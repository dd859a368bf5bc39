/** `seccomp diff BEFORE AFTER`: what another profile would change, the dangerous calls first. */

import { existsSync } from "node:fs";
import { diffProfiles, type ProfileDifference } from "../rules/seccomp/diff.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";
import { hostTarget, profileFile } from "./seccomp-files.ts";

/** Where engines keep the profile that a container gets when it asks for none. */
const DEFAULTS = ["/usr/share/containers/seccomp.json", "/etc/containers/seccomp.json"];

export interface DiffResult extends ProfileDifference {
  before: string;
  after: string;
}

/** `before` absent: the engine's default profile. @throws Failure, also `default_missing` */
export async function seccompDiff(
  roots: Roots,
  before: string | undefined,
  after: string,
): Promise<DiffResult> {
  const first = profileFile(roots, before ?? defaultProfile());
  const second = profileFile(roots, after);
  const difference = diffProfiles(first.profile, second.profile, hostTarget());
  return { before: first.file, after: second.file, ...difference };
}

function defaultProfile(): string {
  const found = DEFAULTS.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Failure(
    "default_missing",
    `compare with the engine's default: neither ${DEFAULTS.join(" nor ")} exists`,
    {
      hint: "Install containers-common, or give the profile to compare with; Docker has its own inside dockerd.",
    },
  );
}
