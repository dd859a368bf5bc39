/**
 * Why each call is in a profile: because the program made it, because the runtime needs it, for `exec`, or because no
 * process can do without. Each reason becomes a rule of its own, so that whoever reads the profile can judge it.
 */

import type { Abi, Recording } from "../../spec/recording.ts";
import {
  execNeeds,
  goRuntimeStrays,
  type Measured,
  measuredOf,
  measuredRuntimes,
  type RuntimeName,
  runtimeNeeds,
  siblingsOf,
  vdsoCalls,
} from "./baseline.ts";
import { numberOf } from "./names.ts";
import { inCodePointOrder } from "./names-order.ts";

export interface GroupOptions {
  /** Under which runtimes the profile shall start a container; all that were measured unless said. */
  runtimes?: readonly { name: RuntimeName; version?: string }[] | "any";
  /** Undefined: with and without. */
  noNewPrivileges?: boolean;
  /** Whether `exec` into the container shall work; true unless said. */
  exec?: boolean;
  /** What Go's runtime may call in runc at any moment; true unless said. */
  goRuntime?: boolean;
  /** What the vDSO answers today and a call tomorrow; false unless said. */
  vdso?: boolean;
  /** What another version of the C library would call instead; false unless said. */
  siblings?: boolean;
  /** Also what the filter in force refused while recording; false unless said. */
  refused?: boolean;
}

export interface Group {
  comment: string;
  /** Sorted; no name is in two groups. */
  names: string[];
}

/** Without these a process cannot start, end, or return from a signal. */
const ALWAYS = ["execve", "exit", "exit_group", "rt_sigreturn"];

/** The groups of a recording, none of them empty. A name that has several reasons is in the group that needs it most. */
export function groupsOf(recording: Recording, options: GroupOptions): Group[] {
  const abis = abisOf(recording);
  const taken = new Set<string>();
  const groups: Group[] = [];
  const add = (comment: string, names: Iterable<string>) => {
    const own = inCodePointOrder(names).filter((name) => !taken.has(name) && isCall(name, abis));
    for (const name of own) taken.add(name);
    if (own.length > 0) groups.push({ comment, names: own });
  };

  const runtimes = runtimesOf(options);
  const used = new Set(abis.flatMap((abi) => recording.calls[abi]?.allowed ?? []));
  add("always", ALWAYS);
  for (const [comment, names] of runtimeGroups(runtimes, options.noNewPrivileges)) add(comment, names);
  if (options.exec !== false) add("exec", runtimes.flatMap(execNeeds));
  add("application", used);
  if (options.refused === true)
    add(
      "refused while recording",
      abis.flatMap((abi) => recording.calls[abi]?.refused ?? []),
    );
  if (options.goRuntime !== false && runtimes.some(({ name }) => name === "runc"))
    add("runtime: runc, Go's own", goRuntimeStrays());
  if (options.vdso === true) add("vdso", vdsoCalls());
  if (options.siblings === true) add("libc siblings", siblingsOf(used));

  // For the reader, what the program itself does comes first.
  const rank = ({ comment }: Group) => (comment === "application" ? 0 : comment === "always" ? 2 : 1);
  return groups.sort((a, b) => rank(a) - rank(b));
}

/** ABIs of which calls were seen, the machine's own always, in a fixed order. */
export function abisOf(recording: Recording): Abi[] {
  const native: Abi = recording.machine.arch === "aarch64" ? "aarch64" : "x86_64";
  const others = (["i386", "x32", "x86_64", "aarch64"] as const).filter(
    (abi) => abi !== native && wasSeen(recording, abi),
  );
  return [native, ...others];
}

function wasSeen(recording: Recording, abi: Abi): boolean {
  const calls = recording.calls[abi];
  return calls !== undefined && calls.allowed.length + calls.refused.length + calls.unknown.length > 0;
}

function runtimesOf({ runtimes = "any" }: GroupOptions): readonly Measured[] {
  if (runtimes === "any") return measuredRuntimes();
  return [...new Set(runtimes.flatMap(({ name, version }) => measuredOf(name, version)))];
}

/** What each runtime needs, and first what several of them do: a name is written once. */
function runtimeGroups(
  runtimes: readonly Measured[],
  noNewPrivileges: boolean | undefined,
): [comment: string, names: string[]][] {
  const needs = new Map<string, Set<RuntimeName>>();
  for (const one of runtimes)
    for (const name of runtimeNeeds(one, noNewPrivileges))
      needs.set(name, (needs.get(name) ?? new Set<RuntimeName>()).add(one.name));
  const suffix =
    noNewPrivileges === undefined ? "" : noNewPrivileges ? ", noNewPrivileges" : ", without noNewPrivileges";
  const groups = new Map<string, string[]>();
  for (const [name, by] of needs) {
    const comment = `runtime: ${[...by].sort().join(", ")}${suffix}`;
    groups.set(comment, [...(groups.get(comment) ?? []), name]);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

function isCall(name: string, abis: readonly Abi[]): boolean {
  return abis.some((abi) => numberOf(abi, name) !== undefined);
}
