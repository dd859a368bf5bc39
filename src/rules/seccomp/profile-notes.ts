/** What the reader of a new profile must know and cannot see in it. */

import type { Abi, Recording } from "../../spec/recording.ts";
import { knownToLibseccomp } from "./names-libseccomp.ts";
import { inCodePointOrder } from "./names-order.ts";

export type NoteCode =
  /** Numbers that no table names: they are in no rule. */
  | "unknown_numbers"
  /** Calls beyond the recorder's bitmap. */
  | "out_of_range"
  /** Calls of an ABI of which no table has the names. */
  | "unnamed_abi"
  /** Calls that the filter in force refused; they are refused still. */
  | "still_refused"
  /** What the container did before the recording is not in it. */
  | "not_from_the_start"
  /** Allowed, but the runtime's libseccomp does not know the name and ignores the rule. */
  | "unknown_to_libseccomp"
  /** More distinct values of an argument than are kept: the call is allowed with any. */
  | "too_many_values"
  /** A runtime needs the call with values of its own: it is allowed with any. */
  | "any_argument"
  /** The base allows what it does not name: it was left as it is. */
  | "base_allows"
  | "blocked_by_base"
  /** The base allows the call under a condition on the host, which holds there. */
  | "conditional_in_base"
  /** The base allows the call under a condition on the host that does not hold there: now without one. */
  | "condition_lifted"
  /** The base allows or refuses the call by its arguments: it was left as it is. */
  | "arguments_in_base"
  /** What the format cannot say of the base was decided for this container, or left out. */
  | "base_converted";

export interface Note {
  code: NoteCode;
  /** One sentence. */
  message: string;
  /** Calls that it is about, sorted. */
  names?: string[];
}

export function note(code: NoteCode, message: string, names?: Iterable<string>): Note {
  if (names === undefined) return { code, message };
  const sorted = inCodePointOrder(names);
  return { code, message: `${message}: ${sorted.join(" ")}`, names: sorted };
}

/** What the recording itself leaves open. */
export function recordingNotes(
  recording: Recording,
  abis: readonly Abi[],
  allowed: readonly string[],
  libseccomp: string | undefined,
): Note[] {
  const notes: Note[] = [];
  for (const abi of abis) {
    const unknown = recording.calls[abi]?.unknown ?? [];
    if (unknown.length > 0)
      notes.push(
        note("unknown_numbers", `no table has a name for these numbers of ${abi}: ${unknown.join(" ")}`),
      );
  }
  for (const { abi } of recording.unnamed ?? [])
    notes.push(
      note("unnamed_abi", `programs of the architecture ${abi} ran, of which no call has a name here`),
    );
  if (recording.outOfRange > 0)
    notes.push(
      note("out_of_range", `${recording.outOfRange} calls had a number beyond those that are recorded`),
    );
  if (recording.boundary === "attach")
    notes.push(
      note("not_from_the_start", "the container ran already: what it did before is not in the profile"),
    );
  const refused = abis
    .flatMap((abi) => recording.calls[abi]?.refused ?? [])
    .filter((name) => !allowed.includes(name));
  if (refused.length > 0) notes.push(note("still_refused", "refused while recording, and still", refused));
  const ignored = allowed.filter((name) => !knownToLibseccomp(name, libseccomp));
  if (ignored.length > 0)
    notes.push(
      note(
        "unknown_to_libseccomp",
        `libseccomp ${libseccomp} ignores rules for names that it does not know`,
        ignored,
      ),
    );
  return notes;
}
