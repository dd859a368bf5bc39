/** Merged and converted profiles against the filter that they make: random profiles, calls and values. */

import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Action, Comparison, SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { compareActions } from "./actions.ts";
import { convertProfile } from "./convert.ts";
import { evaluate, type Target } from "./evaluate.ts";
import { mergeProfiles } from "./merge-profiles.ts";

const action = fc.constantFrom<Action>(
  "SCMP_ACT_ALLOW",
  "SCMP_ACT_ERRNO",
  "SCMP_ACT_KILL_PROCESS",
  "SCMP_ACT_LOG",
);
const caps = fc.subarray(["CAP_SYS_ADMIN", "CAP_CHOWN"], { minLength: 1 });
const filter = fc.record({ caps }, { requiredKeys: ["caps"] });
const argument = fc.record({
  index: fc.nat(1),
  value: fc.nat(2),
  op: fc.constantFrom<Comparison>("SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_GT"),
});
const rule = fc.record(
  {
    names: fc.subarray(["read", "write", "socket"], { minLength: 1 }),
    action,
    errnoRet: fc.constantFrom(1, 13, 38),
    args: fc.array(argument, { maxLength: 2 }),
    includes: filter,
    excludes: filter,
    comment: fc.constantFrom("a", "b"),
  },
  { requiredKeys: ["names", "action"] },
) as fc.Arbitrary<SeccompRule>;
const profile: fc.Arbitrary<SeccompProfile> = fc.record({
  defaultAction: action,
  syscalls: fc.array(rule, { maxLength: 4 }),
});
const target = fc
  .subarray(["CAP_SYS_ADMIN", "CAP_CHOWN"])
  .map((held): Target => ({ arch: "x86_64", caps: held, kernel: "6.1" }));
const call = fc.record({
  abi: fc.constant("x86_64" as const),
  name: fc.constantFrom("read", "write", "socket", "mount"),
  args: fc.tuple(fc.nat(3), fc.nat(3)),
});

test("a conversion to OCI makes the same filter on its target", () => {
  fc.assert(
    fc.property(profile, target, call, (one, where, made) => {
      const before = evaluate(one, made, where);
      for (const to of ["oci", "docker", "podman"] as const) {
        const after = evaluate(convertProfile(one, { to, target: where }).profile, made, where);
        expect([to, after.action, after.errno]).toEqual([to, before.action, before.errno]);
      }
    }),
    { numRuns: 2000 },
  );
});

test("an intersection never lets more through than each of its parts", () => {
  fc.assert(
    fc.property(profile, profile, target, call, (a, b, where, made) => {
      const merged = evaluate(mergeProfiles([a, b], "intersect").profile, made, where).action;
      for (const part of [a, b])
        expect(compareActions(merged, evaluate(part, made, where).action)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 3000 },
  );
});

test("a union lets no more through than the looser of its parts", () => {
  fc.assert(
    fc.property(profile, profile, target, call, (a, b, where, made) => {
      const { profile: united, notes } = mergeProfiles([a, b], "union");
      if (notes.some((note) => note.includes("under neither") || note.includes("may let more"))) return;
      const merged = evaluate(united, made, where).action;
      const parts = [a, b].map((part) => evaluate(part, made, where).action).sort(compareActions);
      expect(compareActions(merged, parts[1] ?? "SCMP_ACT_ALLOW")).toBeLessThanOrEqual(0);
    }),
    { numRuns: 3000 },
  );
});

test("a union lets at least as much through as each of its parts, unless it says what it could not keep", () => {
  fc.assert(
    fc.property(profile, profile, target, call, (a, b, where, made) => {
      const { profile: united, notes } = mergeProfiles([a, b], "union");
      if (notes.some((note) => note.startsWith(`${made.name}: `))) return;
      const merged = evaluate(united, made, where).action;
      for (const part of [a, b])
        expect(compareActions(merged, evaluate(part, made, where).action)).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 3000 },
  );
});
