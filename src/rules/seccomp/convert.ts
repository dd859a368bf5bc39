/**
 * A profile in another format: the OCI runtime's, Docker's or Podman's. What a format cannot say is decided for one host
 * and container, the target, and everything that was decided or lost is told.
 */

import type { SeccompFilter, SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { hasErrno } from "./actions.ts";
import { conditionOf, namesOf } from "./actions-policy.ts";
import { architecturesAsList, architecturesAsMap } from "./convert-architectures.ts";
import { withErrnoNames, withErrnoNumbers } from "./convert-errno.ts";
import { conditionText } from "./diff-conditions.ts";
import type { Target } from "./evaluate.ts";
import { ruleApplies } from "./evaluate-rules.ts";
import type { ProfileFormat } from "./read-profile.ts";

export interface ConversionNote {
  /** JSON pointer into the profile as it was; "" for the whole. */
  pointer: string;
  message: string;
}

export interface ConvertOptions {
  to: ProfileFormat;
  target: Target;
  /** Write `archMap` instead of `architectures`; OCI has no such map. Otherwise Docker and Podman get what there was. */
  archMap?: boolean;
}

export interface Converted {
  profile: SeccompProfile;
  notes: ConversionNote[];
}

/** Fields that no format knows survive. Rules keep their order; those without names are left out. */
export function convertProfile(profile: SeccompProfile, options: ConvertOptions): Converted {
  const notes: ConversionNote[] = [];
  const rules = (profile.syscalls ?? []).flatMap((rule, i) =>
    convertRule(rule, options, (message) => notes.push({ pointer: `/syscalls/${i}`, message })),
  );
  const { syscalls: _, architectures: __, archMap: ___, ...rest } = profile;
  const note = (pointer: string, message: string) => notes.push({ pointer, message });
  const architectures =
    options.to === "oci" || options.archMap === false
      ? architecturesAsList(profile, options.target, note)
      : options.archMap === true
        ? architecturesAsMap(profile, options.to, note)
        : kept(profile);
  const comments = (profile.syscalls ?? []).filter(({ comment }) => (comment ?? "") !== "").length;
  if (options.to === "oci" && comments > 0)
    note(
      "",
      `${comments === 1 ? "1 comment is" : `${comments} comments are`} left out: the OCI format has none`,
    );
  const whole = { ...rest, ...architectures, syscalls: rules };
  return { profile: options.to === "podman" ? withErrnoNames(whole) : withErrnoNumbers(whole), notes };
}

function kept({ architectures, archMap }: SeccompProfile): Pick<SeccompProfile, "architectures" | "archMap"> {
  return {
    ...(architectures === undefined ? {} : { architectures }),
    ...(archMap === undefined ? {} : { archMap }),
  };
}

function convertRule(
  rule: SeccompRule,
  { to, target }: ConvertOptions,
  note: (message: string) => void,
): SeccompRule[] {
  if (namesOf(rule).length === 0) {
    note("the rule has no names and is left out");
    return [];
  }
  const { errnoRet, errno, ...plain } = rule;
  const misplaced = !hasErrno(rule.action) && (errnoRet !== undefined || (errno ?? "") !== "");
  if (misplaced && to === "oci") note(`errnoRet is left out: ${rule.action} has none, and crun refuses it`);
  const kept = misplaced && to === "oci" ? plain : rule;
  if (to === "oci") return toOci(kept, target, note);
  return to === "podman" ? toPodman(kept, target, note) : [kept];
}

function toOci(rule: SeccompRule, target: Target, note: (message: string) => void): SeccompRule[] {
  const asked = hostText(rule);
  if (!ruleApplies(rule, target)) {
    note(`the rule is left out: it holds only ${asked}`);
    return [];
  }
  if (asked !== "") note(`the rule is kept without its condition, which the target meets: ${asked}`);
  const { includes: _, excludes: __, comment: ___, ...rest } = rule;
  return [rest];
}

function hostText(rule: SeccompRule): string {
  const condition = conditionOf(rule);
  return condition === undefined ? "" : conditionText({ ...condition, args: [] });
}

/** Podman ignores minKernel, and would always apply the rule. */
function toPodman(rule: SeccompRule, target: Target, note: (message: string) => void): SeccompRule[] {
  const { includes, excludes, ...rest } = rule;
  const only = (filter: SeccompFilter | undefined): SeccompFilter | undefined =>
    filter?.minKernel === undefined ? undefined : { minKernel: filter.minKernel };
  const kernel: SeccompRule = { ...rest };
  const [included, excluded] = [only(includes), only(excludes)];
  if (included !== undefined) kernel.includes = included;
  if (excluded !== undefined) kernel.excludes = excluded;
  if (included === undefined && excluded === undefined) return [rule];
  if (!ruleApplies(kernel, { ...target, engine: "docker" })) {
    note(`the rule is left out: it holds only ${hostText(kernel)}, which Podman does not ask about`);
    return [];
  }
  note(
    `minKernel is left out: Podman does not ask about it, and the target meets it (${target.kernel ?? "unknown"})`,
  );
  return [{ ...rest, ...without("includes", includes), ...without("excludes", excludes) }];
}

function without(
  field: "includes" | "excludes",
  filter: SeccompFilter | undefined,
): Pick<SeccompRule, "includes" | "excludes"> {
  if (filter === undefined) return {};
  const { minKernel: _, ...rest } = filter;
  return Object.keys(rest).length === 0 ? {} : { [field]: rest };
}
