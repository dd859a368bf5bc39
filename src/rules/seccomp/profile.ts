/**
 * A seccomp profile from a recording: what was called, what the runtime and `exec` need, and what no process can do
 * without, each as rules of their own; everything else is refused. The same recording and options give the same bytes.
 */

import type { Recording } from "../../spec/recording.ts";
import type { Action, SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { defaultOutcome, sameOutcome } from "./actions.ts";
import { architectureOf } from "./actions-architectures.ts";
import { extendBase } from "./base.ts";
import { convertProfile } from "./convert.ts";
import type { Target } from "./evaluate.ts";
import { abisOf, type Group, type GroupOptions, groupsOf } from "./groups.ts";
import { argumentRules } from "./profile-arguments.ts";
import { type Note, note, recordingNotes } from "./profile-notes.ts";
import type { ProfileFormat } from "./read-profile.ts";

export interface ProfileOptions extends GroupOptions {
  /** Whose dialect; the runtime specification's has no comments and no conditions. "docker" unless said. */
  format?: ProfileFormat;
  /** SCMP_ACT_ERRNO unless said. A base has its own. */
  defaultAction?: Action;
  /** 1, EPERM, unless said. */
  defaultErrnoRet?: number;
  /** Answer an unrecorded clone3 with ENOSYS, so that C libraries fall back to clone; true unless said. */
  clone3?: boolean;
  /** A profile to extend, as read from a file. */
  base?: SeccompProfile;
  /** The container that a base's conditions ask about; without it one without capabilities, on the recording's machine. */
  target?: Partial<Target>;
  /** Version of the runtime's libseccomp, to report what it ignores. */
  libseccomp?: string;
}

const ENOSYS = 38;

/** Pure. The notes are for people: what the profile cannot say, or what of the base stands against the recording. */
export function makeProfile(
  recording: Recording,
  options: ProfileOptions = {},
): { profile: SeccompProfile; notes: Note[] } {
  const abis = abisOf(recording);
  const groups = groupsOf(recording, options);
  const names = groups.flatMap((group) => group.names);
  const notes = recordingNotes(recording, abis, names, options.libseccomp);

  const compared = argumentRules(recording, abis);
  const allowing = groups.flatMap((group) => rulesOf(group, compared, notes));
  const architectures = abis.map(architectureOf);
  const profile: SeccompProfile = {
    defaultAction: options.defaultAction ?? "SCMP_ACT_ERRNO",
    architectures,
  };
  if (profile.defaultAction === "SCMP_ACT_ERRNO") profile.defaultErrnoRet = options.defaultErrnoRet ?? 1;

  const target = targetOf(recording, options);
  const to = options.format ?? "docker";
  const rules = [...allowing, ...clone3Rules(names, options.base ?? profile, options)];
  if (options.base === undefined)
    return { profile: convertProfile({ ...profile, syscalls: rules }, { to, target }).profile, notes };
  const extended = extendBase(options.base, rules, architectures, target);
  notes.push(...extended.notes);
  const converted = convertProfile(extended.profile, { to, target });
  for (const { pointer, message } of converted.notes)
    notes.push(note("base_converted", pointer === "" ? message : `${pointer}: ${message}`));
  return { profile: converted.profile, notes };
}

/** The rule of a group; of the application's also one for each recorded value of an argument. */
function rulesOf(
  { comment, names }: Group,
  { rules, tooMany }: ReturnType<typeof argumentRules>,
  notes: Note[],
): SeccompRule[] {
  const own = names.filter((name) => rules.has(name));
  if (comment !== "application") {
    if (own.length > 0) notes.push(note("any_argument", `allowed with any argument (${comment})`, own));
    return [{ comment, names, action: "SCMP_ACT_ALLOW" }];
  }
  const wide = tooMany.filter((name) => names.includes(name));
  if (wide.length > 0)
    notes.push(note("too_many_values", "allowed with any argument, as too many were seen", wide));
  const plain = names.filter((name) => !rules.has(name));
  const whole: SeccompRule[] =
    plain.length === 0 ? [] : [{ comment, names: plain, action: "SCMP_ACT_ALLOW" }];
  const single = own.flatMap((name) =>
    (rules.get(name) ?? []).map(
      (args): SeccompRule => ({ comment, names: [name], action: "SCMP_ACT_ALLOW", args }),
    ),
  );
  return [...whole, ...single];
}

/** None where it would say what the default says: runtimes drop such a rule. */
function clone3Rules(
  allowed: readonly string[],
  profile: SeccompProfile,
  { clone3 = true }: ProfileOptions,
): SeccompRule[] {
  const answer = { action: "SCMP_ACT_ERRNO", errno: ENOSYS } as const;
  if (!clone3 || allowed.includes("clone3") || sameOutcome(defaultOutcome(profile), answer)) return [];
  return [
    { comment: "clone3: fall back to clone", names: ["clone3"], action: answer.action, errnoRet: ENOSYS },
  ];
}

function targetOf({ machine }: Recording, { target, format }: ProfileOptions): Target {
  return {
    arch: machine.arch === "aarch64" ? "aarch64" : "x86_64",
    caps: [],
    kernel: machine.kernel,
    ...(format === "podman" ? { engine: "podman" } : {}),
    ...target,
  };
}
