/**
 * What `evaluate` says of a profile is what the container's filter does: the one that runc's and crun's libseccomp makes of it.
 * Random profiles are put to a program that makes calls with every combination of arguments.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Call, evaluator, type Target } from "../../../src/rules/seccomp/evaluate.ts";
import { namesOfAbi } from "../../../src/rules/seccomp/names.ts";
import type { Comparison, SeccompProfile, SeccompRule } from "../../../src/spec/seccomp.ts";
import { makeBundle, makeRootfs } from "../../support/bundle.ts";
import { must } from "../../support/command.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { RUNTIMES, type RuntimeName, runRuntime } from "../../support/runtime.ts";
import { buildCalls } from "./recorder-launch.ts";

const X86 = process.arch === "x64";
const ABI = X86 ? "x86_64" : "aarch64";
/** Calls that look, and change nothing whatever they are asked. */
const PROBES = X86
  ? { getpriority: 140, getsid: 124, getpgid: 121 }
  : { getpriority: 141, getsid: 156, getpgid: 155 };
/** No probe fails with it by itself. */
const REFUSED = 77;
const VALUES = [0, 1, 2];
const PROFILES = 20;

const names = Object.keys(PROBES);
const argument = fc
  .record({
    index: fc.nat(1),
    value: fc.nat(2),
    valueTwo: fc.nat(2),
    op: fc.constantFrom<Comparison>(
      "SCMP_CMP_EQ",
      "SCMP_CMP_NE",
      "SCMP_CMP_LT",
      "SCMP_CMP_LE",
      "SCMP_CMP_GT",
      "SCMP_CMP_GE",
      "SCMP_CMP_MASKED_EQ",
    ),
  })
  .map(({ valueTwo, ...rest }) => (rest.op === "SCMP_CMP_MASKED_EQ" ? { ...rest, valueTwo } : rest));
const rules = (action: "SCMP_ACT_ALLOW" | "SCMP_ACT_ERRNO") =>
  fc.array(
    fc.record({
      names: fc.subarray(names, { minLength: 1 }),
      action: fc.constant(action),
      ...(action === "SCMP_ACT_ERRNO" && { errnoRet: fc.constant(REFUSED) }),
      args: fc.array(argument, { maxLength: 3 }),
    }) as fc.Arbitrary<SeccompRule>,
    { minLength: 1, maxLength: 5 },
  );
const others = namesOfAbi(ABI).filter((name) => !(name in PROBES));
const profile: fc.Arbitrary<SeccompProfile> = fc.oneof(
  rules("SCMP_ACT_ERRNO").map((syscalls) => ({ defaultAction: "SCMP_ACT_ALLOW" as const, syscalls })),
  rules("SCMP_ACT_ALLOW").map((syscalls) => ({
    defaultAction: "SCMP_ACT_ERRNO" as const,
    defaultErrnoRet: REFUSED,
    syscalls: [{ names: others, action: "SCMP_ACT_ALLOW" as const }, ...syscalls],
  })),
);

describe.each(RUNTIMES)("%s", (runtime) => {
  let root: TempRoot;
  beforeAll(() => {
    root = tempRoot();
    buildCalls(`${makeRootfs(`${root.work}/rootfs`)}/calls`);
    const source = `${import.meta.dir}/../../fixtures/recorder/calls.c`;
    // Debian's own libc makes threads by clone3, musl does not.
    must(["gcc", "-static", "-O1", "-pthread", "-o", `${root.work}/rootfs/glibc-calls`, source]);
  });
  afterAll(() => root.remove());

  async function under(seccomp: SeccompProfile, args: string[]): Promise<string> {
    const bundle = makeBundle(`${root.work}/bundle`, {
      args,
      rootfs: `${root.work}/rootfs`,
      tweak: (config) => {
        config.linux = { ...config.linux, seccomp: JSON.parse(JSON.stringify(seccomp)) };
      },
    });
    const { code, stdout, stderr } = await runRuntime(runtime, root.root, ["run", "-b", bundle, "probe"]);
    expect([code, stderr]).toEqual([0, ""]);
    return stdout;
  }

  test(`does with ${PROFILES} random profiles what evaluate says`, async () => {
    const target: Target = { arch: ABI, caps: [], runtime: runtime as RuntimeName };
    const probes: (Call & { number: number; args: number[] })[] = Object.entries(PROBES).flatMap(
      ([name, number]) =>
        VALUES.flatMap((first) =>
          VALUES.map((second) => ({ abi: ABI, name, number, args: [first, second] }) as const),
        ).map((one) => ({ ...one, args: [...one.args] })),
    );
    for (const one of fc.sample(profile, { numRuns: PROFILES, seed: 7 })) {
      const words = probes.map(({ number, args }) => `try:${number}:${args.join(":")}`);
      const answers = (await under(one, ["/calls", ...words])).trim().split("\n").map(Number);
      const says = evaluator(one, target);
      const got = probes.map(({ name, args }, at) => [name, ...args, answers[at] === REFUSED]);
      const wanted = probes.map((call) => [
        call.name,
        ...call.args,
        says(call).action === "SCMP_ACT_ERRNO" && says(call).errno === REFUSED,
      ]);
      expect({ profile: one, answers: got }).toEqual({ profile: one, answers: wanted });
    }
  }, 60_000);

  test("a program makes threads where clone3 is answered with ENOSYS, and none where it is refused", async () => {
    const without = (errno: number): SeccompProfile => ({
      defaultAction: "SCMP_ACT_ALLOW",
      syscalls: [{ names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: errno }],
    });
    expect(await under(without(38), ["/glibc-calls", "join"])).toBe("joined\n");
    expect(await under(without(1), ["/glibc-calls", "join"])).toBe("no thread\n");
  });
});
