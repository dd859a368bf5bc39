/** Architectures that a filter lacks, whose programs are then killed, and those that it opens without need. */

import type { SeccompProfile } from "../../spec/seccomp.ts";
import { nativeName, PODMAN_LACKS } from "./actions-architectures.ts";
import { architecturesOf, nativeArchitecture } from "./evaluate-architectures.ts";
import type { LintOptions, Tell } from "./lint-finding.ts";

export function lintArchitectures(profile: SeccompProfile, { target }: LintOptions, tell: Tell): void {
  const native = nativeArchitecture(target);
  const list = architecturesOf(profile, target);
  const place = profile.archMap === undefined ? "/architectures" : "/archMap";
  const add = (architecture: string) => `Add ${architecture} to ${place.slice(1)}.`;
  if (profile.archMap !== undefined && list.length === 0)
    tell(
      "archmap-lookup",
      "warning",
      place,
      `The map has no entry for ${native}, the host's own`,
      add(native),
    );
  else if (list.length === 0)
    tell(
      "missing-architecture",
      "note",
      "",
      `No architecture is named: the filter is for ${native} only`,
      `Name ${native} and what else programs use.`,
    );
  else if (!list.includes(native))
    tell("missing-architecture", "warning", place, `${native}, the host's own, is not named`, add(native));
  const second = target.arch === "x86_64" ? "SCMP_ARCH_X86" : "SCMP_ARCH_ARM";
  if (list.length > 0 && !list.includes(second))
    tell(
      "missing-architecture",
      "note",
      place,
      `32-bit programs (${second}) are killed with SIGSYS, whatever the default action is`,
      `${add(second)} Only if the container has such programs: it opens that ABI.`,
    );
  if (list.includes("SCMP_ARCH_X32") && target.arch === "x86_64")
    tell(
      "open-abi",
      "note",
      place,
      "SCMP_ARCH_X32 opens the x32 ABI, which few kernels have and hardly any program uses",
      "Remove it, unless the container has x32 programs.",
    );
  if (target.engine === "docker") return;
  for (const [i, { architecture }] of (profile.archMap ?? []).entries())
    if (PODMAN_LACKS.includes(architecture))
      tell(
        "archmap-lookup",
        "note",
        `/archMap/${i}`,
        `Podman does not look ${nativeName(architecture) ?? architecture} up in a map`,
        "Write architectures instead of archMap for Podman.",
      );
}
