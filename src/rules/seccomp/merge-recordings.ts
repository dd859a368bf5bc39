/**
 * Several recordings put together: everything that any of them saw, or the calls that all of them saw. Coverage says in
 * how many runs each call occurred, so that a reader sees what is certain and what came once.
 */

import { Failure } from "../../spec/failure.ts";
import type { Abi, Boundary, RecordedCalls, Recording } from "../../spec/recording.ts";
import { mergeArguments } from "./merge-arguments.ts";
import { intersection, text, union } from "./merge-sets.ts";

export type MergeMode = "union" | "intersect";

/** From the most exact to the least; the merge is as exact as its worst part. */
const BOUNDARIES: readonly Boundary[] = ["permissive", "own-profile", "exec", "attach"];

/**
 * The merge of at least one recording; the order in which they are given does not matter. A recording that was merged
 * before counts with its runs. Capabilities, files, addresses and argument values are united in both modes. Throws a
 * `Failure` `recordings_differ` for recordings of different machines' architectures, or of none.
 */
export function mergeRecordings(recordings: readonly Recording[], mode: MergeMode): Recording {
  const [first] = recordings;
  if (first === undefined)
    throw new Failure("recordings_differ", "merge recordings: there is none", { hint: "Name at least one." });
  refuseOtherMachines(recordings);
  const coverage = coverageOf(recordings);
  const calls = mergeCalls(recordings, mode);
  const args = mergeArguments(recordings, calls);
  return {
    ...shared(recordings),
    version: 1,
    container: agreed(recordings.map(({ container }) => container)),
    boundary: BOUNDARIES[Math.max(...recordings.map((one) => BOUNDARIES.indexOf(one.boundary)))] ?? "attach",
    started: recordings.map(({ started }) => started).sort(text)[0] ?? first.started,
    ended:
      recordings
        .map(({ ended }) => ended)
        .sort(text)
        .at(-1) ?? first.ended,
    complete: recordings.every(({ complete }) => complete),
    machine: {
      arch: first.machine.arch,
      kernel: union(
        recordings.map(({ machine }) => machine.kernel.split(", ")),
        text,
      ).join(", "),
    },
    calls,
    outOfRange: recordings.reduce((sum, one) => sum + one.outOfRange, 0),
    ...(args === undefined ? {} : { arguments: args }),
    ...mergePlaces(recordings),
    coverage,
  };
}

function refuseOtherMachines(recordings: readonly Recording[]): void {
  const arches = union([recordings.map(({ machine }) => machine.arch)], text);
  if (arches.length < 2) return;
  throw new Failure("recordings_differ", `merge recordings: they are of ${arches.join(" and ")}`, {
    hint: "Make a profile of each architecture's recordings, and merge the profiles.",
  });
}

/** What is said of the run, as far as all say the same. */
function shared(recordings: readonly Recording[]): Pick<Recording, "runtime" | "noNewPrivileges"> {
  const runtime = agreed(recordings.map((one) => one.runtime ?? { name: "" }));
  const privileges = new Set(recordings.map((one) => one.noNewPrivileges));
  const [noNewPrivileges] = privileges;
  return {
    ...(runtime.name ? { runtime: { ...runtime, name: runtime.name } } : {}),
    ...(privileges.size === 1 && noNewPrivileges !== undefined ? { noNewPrivileges } : {}),
  };
}

/** The fields that have the same value in all. */
function agreed<T extends object>(all: readonly T[]): Partial<T> {
  const [first, ...others] = all;
  const fields = Object.entries(first ?? {}).filter(([key, value]) =>
    others.every(
      (other) => JSON.stringify((other as Record<string, unknown>)[key]) === JSON.stringify(value),
    ),
  );
  return Object.fromEntries(fields) as Partial<T>;
}

function abisOf(recordings: readonly Recording[]): Abi[] {
  return union([recordings.flatMap(({ calls }) => Object.keys(calls) as Abi[])], text);
}

function mergeCalls(recordings: readonly Recording[], mode: MergeMode): Recording["calls"] {
  const together = mode === "union" ? union : intersection;
  const calls: Recording["calls"] = {};
  for (const abi of abisOf(recordings)) {
    const parts = recordings.map((one) => one.calls[abi] ?? { allowed: [], refused: [], unknown: [] });
    const merged: RecordedCalls = {
      allowed: together(
        parts.map(({ allowed }) => allowed),
        text,
      ),
      refused: together(
        parts.map(({ refused }) => refused),
        text,
      ),
      unknown: together(
        parts.map(({ unknown }) => unknown),
        (a, b) => a - b,
      ),
    };
    if (merged.allowed.length + merged.refused.length + merged.unknown.length > 0) calls[abi] = merged;
  }
  return calls;
}

function coverageOf(recordings: readonly Recording[]): NonNullable<Recording["coverage"]> {
  const calls: NonNullable<Recording["coverage"]>["calls"] = {};
  for (const abi of abisOf(recordings)) {
    const counts = new Map<string, number>();
    for (const one of recordings)
      for (const [name, count] of occurrences(one, abi)) counts.set(name, (counts.get(name) ?? 0) + count);
    const sorted = [...counts].sort(([a], [b]) => text(a, b));
    if (sorted.length > 0) calls[abi] = Object.fromEntries(sorted);
  }
  return { runs: recordings.reduce((sum, one) => sum + (one.coverage?.runs ?? 1), 0), calls };
}

function occurrences({ calls, coverage }: Recording, abi: Abi): [string, number][] {
  if (coverage !== undefined) return Object.entries(coverage.calls[abi] ?? {});
  const { allowed, refused } = calls[abi] ?? { allowed: [], refused: [] };
  return union([allowed, refused], text).map((name) => [name, 1]);
}

function mergePlaces(
  recordings: readonly Recording[],
): Pick<Recording, "capabilities" | "files" | "addresses"> {
  const capabilities = recordings.flatMap((one) => one.capabilities ?? []);
  const files = recordings.flatMap((one) => one.files ?? []);
  const addresses = recordings.flatMap((one) => one.addresses ?? []);
  const asked = (field: "capabilities" | "files" | "addresses") =>
    recordings.some((one) => one[field] !== undefined);
  return {
    ...(asked("capabilities")
      ? {
          capabilities: {
            used: union(
              capabilities.map(({ used }) => used),
              text,
            ),
            refused: union(
              capabilities.map(({ refused }) => refused),
              text,
            ),
          },
        }
      : {}),
    ...(asked("files") ? { files: mergeFiles(files) } : {}),
    ...(asked("addresses") ? { addresses: mergeAddresses(addresses) } : {}),
  };
}

function mergeFiles(all: NonNullable<Recording["files"]>): NonNullable<Recording["files"]> {
  const files = new Map<string, (typeof all)[number]>();
  for (const file of all) {
    const before = files.get(file.path);
    if (before === undefined) files.set(file.path, file);
    else if (before.access !== file.access) files.set(file.path, { ...before, access: "rw" });
  }
  return [...files.values()].sort((a, b) => text(a.path, b.path));
}

function mergeAddresses(all: NonNullable<Recording["addresses"]>): NonNullable<Recording["addresses"]> {
  const addresses = new Map(
    all.map((one) => [JSON.stringify([one.family, one.address, one.port ?? -1]), one]),
  );
  return [...addresses.values()].sort(
    (a, b) => text(a.family, b.family) || text(a.address, b.address) || (a.port ?? -1) - (b.port ?? -1),
  );
}
