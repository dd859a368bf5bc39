/** The architectures of an extended profile: in the base's own way of writing them, never in both. */

import type { SeccompProfile } from "../../spec/seccomp.ts";
import { type Host, nativeArchitecture } from "./evaluate-architectures.ts";

/** The base's `archMap` or `architectures`, with those of `wanted` that they lack. */
export function baseArchitectures(
  base: SeccompProfile,
  wanted: readonly string[],
  host: Host,
): Pick<SeccompProfile, "archMap" | "architectures"> {
  const native = nativeArchitecture(host);
  const foreign = wanted.filter((one) => one !== native);
  if (base.archMap !== undefined && (base.architectures ?? []).length === 0) {
    const own = base.archMap.find(({ architecture }) => architecture === native);
    if (own === undefined)
      return { archMap: [...base.archMap, { architecture: native, subArchitectures: foreign }] };
    const all = [...new Set([...(own.subArchitectures ?? []), ...foreign])];
    const entry = all.length === 0 ? own : { ...own, subArchitectures: all };
    return { archMap: base.archMap.map((one) => (one === own ? entry : one)) };
  }
  const listed = base.architectures ?? [];
  return { architectures: [...new Set([...(listed.length === 0 ? [native] : listed), ...wanted])] };
}
