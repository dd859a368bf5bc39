/** The list of architectures that the OCI format has, and the map by host that Docker and Podman have beside it. */

import type { SeccompProfile } from "../../spec/seccomp.ts";
import { nativeName, PODMAN_LACKS } from "./actions-architectures.ts";
import type { Target } from "./evaluate.ts";
import { architecturesOf } from "./evaluate-architectures.ts";
import type { ProfileFormat } from "./read-profile.ts";

type Architectures = Pick<SeccompProfile, "architectures" | "archMap">;
type Note = (pointer: string, message: string) => void;

/** Which architectures a host of another one runs too. */
const FAMILIES: { readonly [native: string]: readonly string[] } = {
  SCMP_ARCH_X86_64: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  SCMP_ARCH_AARCH64: ["SCMP_ARCH_ARM"],
  SCMP_ARCH_MIPS64: ["SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64N32"],
  SCMP_ARCH_MIPS64N32: ["SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64"],
  SCMP_ARCH_MIPSEL64: ["SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64N32"],
  SCMP_ARCH_MIPSEL64N32: ["SCMP_ARCH_MIPSEL", "SCMP_ARCH_MIPSEL64"],
  SCMP_ARCH_S390X: ["SCMP_ARCH_S390"],
};

/** The list for the target's host. */
export function architecturesAsList(profile: SeccompProfile, target: Target, note: Note): Architectures {
  const list = [...architecturesOf(profile, target)];
  const map = profile.archMap ?? [];
  if (map.length > 0 && list.length === 0)
    note("/archMap", `the map has no entry for ${target.arch}; the filter will be for ${target.arch} only`);
  else if (map.length > 1) {
    const others = map.map(({ architecture }) => architecture).filter((one) => !list.includes(one));
    if (others.length > 0)
      note("/archMap", `only the entry for ${target.arch} is kept; left out: ${others.join(", ")}`);
  }
  return list.length === 0 ? {} : { architectures: list };
}

/** One entry for each architecture that runs others of the list; for the remaining ones an entry each. */
export function architecturesAsMap(profile: SeccompProfile, to: ProfileFormat, note: Note): Architectures {
  const map = profile.archMap ?? mapOf(profile.architectures ?? []);
  if (map.length === 0) return {};
  if (to === "podman")
    for (const { architecture } of map)
      if (PODMAN_LACKS.includes(architecture))
        note(
          "",
          `Podman does not look ${nativeName(architecture) ?? architecture} up in a map; keep a list there`,
        );
  return { archMap: map };
}

function mapOf(list: readonly string[]): NonNullable<SeccompProfile["archMap"]> {
  const runBy = (one: string) =>
    list.some((native) => (FAMILIES[native] ?? []).includes(one) && leads(native, one, list));
  return [...new Set(list)]
    .filter((one) => !runBy(one))
    .map((architecture) => ({
      architecture,
      subArchitectures: (FAMILIES[architecture] ?? []).filter((one) => list.includes(one)),
    }));
}

/** Of two that run each other, the first of the list leads. */
function leads(native: string, other: string, list: readonly string[]): boolean {
  return !(FAMILIES[other] ?? []).includes(native) || list.indexOf(native) < list.indexOf(other);
}
