/** The order of actions, the numbers of errno names, and what becomes of rules that runtimes drop or override. */

import { describe, expect, test } from "bun:test";
import { constants } from "node:os";
import type { SeccompProfile } from "../../spec/seccomp.ts";
import { ACTIONS, compareActions, loosest, outcome, ruleOutcome, strictest } from "./actions.ts";
import { errnoName, errnoNumber } from "./actions-errno.ts";
import { policiesOf } from "./actions-policy.ts";

describe("actions", () => {
  test("rank from killing to allowing, KILL with KILL_THREAD", () => {
    const sorted = [...ACTIONS].sort(compareActions).map((action) => action.slice(9));
    expect(sorted.join(" ")).toBe("KILL_PROCESS KILL_THREAD KILL TRAP ERRNO NOTIFY TRACE LOG ALLOW");
    expect(compareActions("SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD")).toBe(0);
  });

  test("of two that rank alike the first counts", () => {
    const a = outcome("SCMP_ACT_ERRNO", 38);
    const b = outcome("SCMP_ACT_ERRNO", undefined);
    expect([strictest(a, b), loosest(a, b), b.errno]).toEqual([a, a, 1]);
  });

  test("an errno by name wins over one by number", () => {
    const rule = { names: ["x"], action: "SCMP_ACT_ERRNO", errno: "ENOSYS", errnoRet: 1 } as const;
    expect(ruleOutcome({ ...rule, names: ["x"] }).errno).toBe(38);
  });
});

test("errno names are the kernel's", () => {
  for (const [name, number] of Object.entries(constants.errno))
    expect([name, errnoNumber(name)]).toEqual([name, number]);
  expect([errnoName(1), errnoName(38), errnoName(41), errnoNumber("-")]).toEqual([
    "EPERM",
    "ENOSYS",
    undefined,
    undefined,
  ]);
  expect([errnoName(132), errnoName(133)]).toEqual(["ERFKILL", "EHWPOISON"]);
});

describe("the policy of a call", () => {
  const profile: SeccompProfile = {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 1,
    syscalls: [
      { names: ["socket"], action: "SCMP_ACT_ALLOW", args: [{ index: 0, value: 2, op: "SCMP_CMP_EQ" }] },
      { names: ["socket", "mount"], action: "SCMP_ACT_ERRNO", errnoRet: 13 },
      { names: ["read"], action: "SCMP_ACT_ERRNO" },
      { names: ["clone"], action: "SCMP_ACT_ALLOW", args: null, includes: {}, excludes: { caps: [] } },
    ],
  };
  const policies = policiesOf(profile);

  test("has no condition when a rule without one says so", () => {
    expect(policies.get("socket")).toMatchObject({
      base: { action: "SCMP_ACT_ERRNO", errno: 13 },
      branches: [],
    });
  });

  test("is the default where the rule says what the default says", () => {
    expect(policies.get("read")?.explicit).toBe(false);
  });

  test("makes a rule of each comparison of one argument", () => {
    const args = [2, 16].map((value) => ({ index: 0, value, op: "SCMP_CMP_EQ" as const }));
    const twice: SeccompProfile = {
      defaultAction: "SCMP_ACT_ERRNO",
      syscalls: [{ names: ["socket"], action: "SCMP_ACT_ALLOW", args }],
    };
    expect(
      policiesOf(twice)
        .get("socket")
        ?.branches.map(({ condition }) => condition.args),
    ).toEqual(args.map((one) => [one]));
  });

  test("takes empty conditions for none", () => {
    expect(policies.get("clone")).toMatchObject({ base: { action: "SCMP_ACT_ALLOW" }, explicit: true });
  });
});
