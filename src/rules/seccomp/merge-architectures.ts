/**
 * Which architectures a merged profile is for. A profile that names none leaves them to the runtime, so it asks nothing
 * of the merge; `archMap`, which chooses by the host, stays one.
 */

import { Failure } from "../../spec/failure.ts";
import type { SeccompProfile } from "../../spec/seccomp.ts";
import type { MergeMode } from "./merge-recordings.ts";

type Architectures = Pick<SeccompProfile, "architectures" | "archMap">;
type ArchMap = NonNullable<SeccompProfile["archMap"]>;

/** The order is the first profile's, then that of the second. */
export function mergeArchitectures(a: Architectures, b: Architectures, mode: MergeMode): Architectures {
  if (!names(a)) return only(b);
  if (!names(b)) return only(a);
  const listA = everyArchitecture(a);
  const listB = everyArchitecture(b);
  const list =
    mode === "union" ? [...new Set([...listA, ...listB])] : listA.filter((one) => listB.includes(one));
  if (list.length === 0)
    throw new Failure(
      "profiles_differ",
      `intersect profiles: one is for ${listA.join(", ")} and the other for ${listB.join(", ")}`,
      { hint: "Intersect profiles of one architecture." },
    );
  if (a.archMap === undefined && b.archMap === undefined) return { architectures: list };
  return { archMap: mapOf([...(a.archMap ?? []), ...(b.archMap ?? [])], list) };
}

function names({ architectures, archMap }: Architectures): boolean {
  return (architectures?.length ?? 0) > 0 || (archMap?.length ?? 0) > 0;
}

function only({ architectures, archMap }: Architectures): Architectures {
  return {
    ...(architectures === undefined ? {} : { architectures }),
    ...(archMap === undefined ? {} : { archMap }),
  };
}

/** All that a profile may be for, on whatever host. */
export function everyArchitecture({ architectures, archMap }: Architectures): string[] {
  const mapped = (archMap ?? []).flatMap((one) => [one.architecture, ...(one.subArchitectures ?? [])]);
  return [...new Set([...(architectures ?? []), ...mapped])];
}

/** The entries of both maps as far as `list` has them, and an entry for what neither map speaks of. */
function mapOf(entries: ArchMap, list: readonly string[]): ArchMap {
  const merged = new Map<string, ArchMap[number]>();
  for (const entry of entries) {
    if (!list.includes(entry.architecture)) continue;
    const before = merged.get(entry.architecture) ?? entry;
    const subs = new Set([...(before.subArchitectures ?? []), ...(entry.subArchitectures ?? [])]);
    merged.set(entry.architecture, {
      ...before,
      subArchitectures: [...subs].filter((one) => list.includes(one)),
    });
  }
  const spoken = everyArchitecture({ archMap: [...merged.values()] });
  for (const architecture of list)
    if (!spoken.includes(architecture)) merged.set(architecture, { architecture, subArchitectures: [] });
  return [...merged.values()];
}
