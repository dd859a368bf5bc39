/** Which architectures the filter has: what the profile lists, or Docker's and Podman's map of the host's own. */

import type { SeccompProfile } from "../../spec/seccomp.ts";
import { architectureOf } from "./actions-architectures.ts";

export interface Host {
  arch: "x86_64" | "aarch64";
}

/** The host's own, which libseccomp puts into every filter. */
export function nativeArchitecture(host: Host): string {
  return architectureOf(host.arch);
}

/** As the runtime gets them: empty when the profile says nothing, and then only the native one is in the filter. */
export function architecturesOf(profile: SeccompProfile, host: Host): readonly string[] {
  if (profile.architectures !== undefined && profile.architectures.length > 0) return profile.architectures;
  const native = nativeArchitecture(host);
  const entry = profile.archMap?.find(({ architecture }) => architecture === native);
  return entry === undefined ? [] : [entry.architecture, ...(entry.subArchitectures ?? [])];
}
