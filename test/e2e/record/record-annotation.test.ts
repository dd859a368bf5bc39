/** In the place of oci-seccomp-bpf-hook, with runc and crun alone: its hooks.d file, its annotation, what it refuses. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { primitive } from "../../../src/host/bun.ts";
import { bind } from "../../../src/linux/primitive.ts";
import { define } from "../../support/plan.ts";
import { built, hookwright, program } from "../../support/programs.ts";
import { allowedIn, beginPins, containersOf } from "../../support/recording.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { RUNTIMES } from "../../support/runtime.ts";
import { survivors } from "../../support/survivors.ts";

bind(primitive);

describe.skipIf(!built("hookwright-host"))("recording by annotation", () => {
  let root: TempRoot;
  let pins = "";

  beforeAll(async () => {
    root = tempRoot();
    pins = await beginPins(root);
  });
  afterAll(() => {
    delete process.env.HOOKWRIGHT_PINS;
    expect(existsSync(pins)).toBe(false);
    root.remove();
  });

  const { bundleOf, confined, run } = containersOf(() => root);

  test("the hooks.d file and annotation of oci-seccomp-bpf-hook: of: and if:, any order", async () => {
    const out = `${root.work}/out`;
    mkdirSync(out);
    const base = `${out}/base.json`;
    writeFileSync(
      base,
      JSON.stringify({
        defaultAction: "SCMP_ACT_ERRNO",
        architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
        syscalls: [
          { names: ["mkdir"], action: "SCMP_ACT_ERRNO" },
          { names: ["swapoff"], action: "SCMP_ACT_ALLOW" },
        ],
      }),
    );
    const hook = {
      path: program("hookwright-record"),
      args: ["oci-seccomp-bpf-hook", "-s", "--directory", out],
      env: [`HOOKWRIGHT_ROOT=${root.root}`, `HOOKWRIGHT_PINS=${pins}`],
    };
    const traced = (name: string, annotation: string) =>
      bundleOf(name, ["/bin/sh", "-c", "ls / >/dev/null"], (config) => {
        config.annotations = { "io.containers.trace-syscall": annotation };
        config.hooks = { prestart: [hook], poststop: [hook] };
      });
    const profile = `${out}/traced.json`;
    const ran = await run("runc", traced("traced", `if:${base};of:${profile}`), "traced");
    expect([ran.code, ran.stderr]).toEqual([0, ""]);
    expect(allowedIn(profile)).toContainValues(["swapoff", "exit_group"]);
    expect(allowedIn(profile)).not.toContain("mkdir");
    // Nobody gave it a filter, so what the runtime needs comes from the measured table.
    const told = JSON.parse(readFileSync(`${out}/traced.recording.json`, "utf8"));
    expect([told.boundary, told.calls.x86_64?.allowed.includes("execve")]).toEqual(["exec", false]);
    for (const runtime of RUNTIMES) {
      const again = await run(runtime, confined("traced-again", profile, "ls / >/dev/null"), "traced-again");
      expect([again.code, again.stderr]).toEqual([0, ""]);
    }

    symlinkSync(base, `${out}/link.json`);
    // No hook announces the end, so a process waits for it.
    for (const runtime of RUNTIMES) {
      const alone = `${out}/alone-${runtime}.json`;
      const bundle = bundleOf(`alone-${runtime}`, ["/bin/true"], (config) => {
        config.annotations = { "io.containers.trace-syscall": `of:${alone}` };
        config.hooks = { prestart: [hook] };
      });
      const unheard = await run(runtime, bundle, `alone-${runtime}`);
      expect([unheard.code, unheard.stderr, unheard.ms < 5000]).toEqual([0, "", true]);
      for (let i = 0; i < 100 && !existsSync(alone); i++) await Bun.sleep(50);
      expect(allowedIn(alone)).toContain("exit_group");
      expect(await survivors()).toEqual([]);
    }
    expect(readdirSync(root.recordings)).toEqual([]);
    expect(existsSync(pins)).toBe(false);
    for (const [annotation, words] of [
      ["of:/nonexistent/o.json", "no directory that this host allows"],
      [`of:${out}/missing/o.json`, "no such file or directory"],
      [`of:${out}/../o.json`, "not an absolute path"],
      [`of:${out}/link.json`, "is no regular file"],
      [`if:${base}`, "of:PATH is missing"],
      [`of:${profile};of:${profile}`, "is there twice"],
    ] as const) {
      for (const runtime of RUNTIMES) {
        const refused = await run(runtime, traced("refused", annotation), "refused");
        expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringContaining(words)]);
      }
    }
    expect(readdirSync(out).sort()).toEqual([
      "alone-crun.json",
      "alone-crun.recording.json",
      "alone-runc.json",
      "alone-runc.recording.json",
      "base.json",
      "link.json",
      "traced.json",
      "traced.recording.json",
    ]);
  });

  test.each(RUNTIMES)(
    "its hooks.d file as a definition: the recorder comes at the end as well, on %s",
    async (runtime) => {
      const env = [`HOOKWRIGHT_ROOT=${root.root}`, `HOOKWRIGHT_PINS=${pins}`];
      // The package's own file, but for the path.
      define(root.root, "oci-seccomp-bpf-hook", {
        version: "1.0.0",
        hook: { path: program("hookwright-host"), args: ["oci-seccomp-bpf-hook", "-s"], env },
        when: { annotations: { "^io\\.containers\\.trace-syscall$": ".*" } },
        stages: ["prestart"],
      });
      const applied = await hookwright(root.root, ["apply"], { env: { HOOKWRIGHT_PINS: pins } });
      expect([applied.code, applied.stderr]).toEqual([0, expect.any(String)]);
      const profile = `${root.profiles}/defined-${runtime}.json`;
      const bundle = bundleOf(`defined-${runtime}`, ["/bin/true"], (config) => {
        config.annotations = { "io.containers.trace-syscall": `of:${profile}` };
      });
      const via = [program("hookwright-runtime"), "--runtime-path", Bun.which(runtime) ?? runtime];
      const ran = await run(runtime, bundle, `defined-${runtime}`, via);
      expect([ran.code, ran.stderr]).toEqual([0, ""]);
      expect(allowedIn(profile)).toContain("exit_group");
      expect(existsSync(pins)).toBe(false);
    },
  );

  test("io.containers.trace-syscall/NAME is for the pod's container of that name", async () => {
    const profile = `${root.profiles}/pod.json`;
    mkdirSync(root.profiles, { recursive: true });
    const env = [`HOOKWRIGHT_ROOT=${root.root}`, `HOOKWRIGHT_PINS=${pins}`];
    const hook = { path: program("hookwright-record"), args: ["hookwright-record", "-s"], env };
    for (const [name, recorded] of [
      ["side", false],
      ["web", true],
    ] as const) {
      const bundle = bundleOf(`pod-${name}`, ["/bin/true"], (config) => {
        config.annotations = {
          "io.kubernetes.container.name": name,
          "io.containers.trace-syscall/web": `of:${profile}`,
        };
        config.hooks = { createRuntime: [hook], poststop: [hook] };
      });
      const ran = await run("runc", bundle, `pod-${name}`);
      expect([ran.code, ran.stderr, existsSync(profile)]).toEqual([0, "", recorded]);
    }
  });

  test("its version is told as upstream's is", () => {
    const told = Bun.spawnSync([program("hookwright-record"), "-version"]);
    expect(told.stdout.toString()).toMatch(/^hookwright-record \d+\.\d+\.\d+\n$/);
  });
});
