/** The `seccomp` verbs on real containers: a bundle recorded once, its profile checked, compared, converted and enforced. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mountBpffs } from "../../support/bpffs.ts";
import { makeBundle } from "../../support/bundle.ts";
import { built, hookwright, program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import {
  hidingHybrid,
  type Outcome,
  RUNTIMES,
  type RuntimeName,
  run,
  runRuntime,
  runtimePath,
} from "../../support/runtime.ts";

const SCRIPT = "echo said; mkdir -p /tmp/made; exit 7";

describe.skipIf(!built("hookwright"))("hookwright seccomp", () => {
  let root: TempRoot;
  let pins = "";
  let bundle = "";

  beforeAll(async () => {
    root = tempRoot();
    const bpffs = `${root.work}/bpf`;
    await mountBpffs(bpffs);
    pins = `${bpffs}/hookwright`;
    bundle = makeBundle(`${root.work}/bundle`, { args: ["/bin/sh", "-c", SCRIPT] });
  });
  afterAll(() => {
    expect(existsSync(pins)).toBe(false);
    root.remove();
  });

  const verb = (...args: string[]) =>
    hookwright(root.root, ["seccomp", ...args], { env: { HOOKWRIGHT_PINS: pins } });
  /** The runtime by a path of its own, since crun needs the hybrid hierarchy out of sight here. */
  async function record(runtime: RuntimeName, ...args: string[]): Promise<Outcome> {
    const dist = `${process.env.HOOKWRIGHT_DIST ?? `${import.meta.dir}/../../../dist`}/hookwright`;
    const command = [
      dist,
      "seccomp",
      "record",
      "--bundle",
      bundle,
      "--runtime",
      runtimePath(runtime),
      ...args,
    ];
    const env = { PATH: process.env.PATH ?? "", HOOKWRIGHT_ROOT: root.root, HOOKWRIGHT_PINS: pins };
    return run(runtime === "crun" ? await hidingHybrid(command) : command, { env });
  }
  const file = (name: string) => `${root.work}/${name}`;

  /** What `trace` tells first of the container `refusing`, in a mount namespace with a mount more. */
  async function firstRefusal(mount: string, where: string[]): Promise<{ arguments: string[] }> {
    const verb = [program("hookwright"), "seccomp", "trace", "refusing", ...where, "--format", "json"];
    const start = ["unshare", "--mount", "--propagation", "slave", "sh", "-c", `${mount} && exec "$@"`, "-"];
    const env = { ...process.env, HOOKWRIGHT_ROOT: root.root, HOOKWRIGHT_PINS: pins };
    const traced = Bun.spawn([...start, ...verb], { env, stdout: "pipe" });
    const { value } = await traced.stdout.getReader().read();
    traced.kill("SIGINT");
    await traced.exited;
    return JSON.parse(new TextDecoder().decode(value).split("\n")[0] ?? "");
  }

  test.each(RUNTIMES)("record, check and enforce on %s", async (runtime) => {
    const [profile, recording] = [file(`${runtime}.json`), file(`${runtime}.recording.json`)];
    const done = await record(
      runtime,
      "-o",
      profile,
      "--recording",
      recording,
      "--dialect",
      "oci",
      "--capabilities",
    );
    expect([done.code, done.stdout.split("\n")[0]]).toEqual([7, "said"]);
    expect(done.stderr).toContain("under a filter that allows everything");
    const before = readFileSync(`${bundle}/config.json`, "utf8");
    expect(JSON.parse(before).linux.seccomp).toBeUndefined();
    expect(readdirSync(root.run)).toEqual(expect.not.arrayContaining([expect.stringMatching(/^record-/)]));

    const fits = await verb("check", profile, "--recording", recording, "--runtime", runtime);
    expect([fits.code, fits.stdout]).toEqual([0, expect.stringContaining("let every run through")]);
    const linted = await verb("lint", profile, "--runtime", runtime, "--no-new-privileges", "yes");
    expect([linted.code, linted.stdout]).toEqual([0, expect.stringContaining("0 errors, ")]);
    const narrow = JSON.parse(readFileSync(profile, "utf8"));
    for (const rule of narrow.syscalls) rule.names = rule.names.filter((name: string) => name !== "mkdir");
    writeFileSync(file("narrow.json"), JSON.stringify(narrow));
    const broken = await verb("check", file("narrow.json"), "--recording", recording);
    expect([broken.code, broken.stdout]).toEqual([1, expect.stringContaining("refused: mkdir (x86_64)")]);
    const closed = await verb("diff", profile, file("narrow.json"), "--format", "json");
    expect([closed.code, JSON.parse(closed.stdout)]).toEqual([
      1,
      expect.objectContaining({ closes: 1, opens: 0 }),
    ]);

    const confined = makeBundle(file(`confined-${runtime}`), {
      args: ["/bin/sh", "-c", `${SCRIPT.replace("exit 7", "busybox rmdir /tmp/made")}`],
      rootfs: `${bundle}/rootfs`,
      tweak(config) {
        config.linux = { ...config.linux, seccomp: JSON.parse(readFileSync(profile, "utf8")) };
      },
    });
    const ran = await runRuntime(runtime, root.root, ["run", "--bundle", confined, `confined-${runtime}`]);
    expect([ran.stdout, ran.stderr]).toEqual(["said\n", expect.stringContaining("rmdir")]);
  });

  test("without -o the profile is printed, and the container speaks on standard error", async () => {
    const done = await record("runc", "--", "/bin/echo", "other words");
    expect([done.code, done.stderr]).toEqual([0, expect.stringContaining("other words")]);
    expect(JSON.parse(done.stdout).defaultAction).toBe("SCMP_ACT_ERRNO");
  });

  test("what cannot be written is refused before anything runs", async () => {
    const done = await record("runc", "-o", file("missing/p.json"));
    expect([done.code, done.stdout]).toEqual([1, ""]);
    expect(done.stderr).toContain("no such file or directory");
  });

  test("recordings and profiles are merged, profiles converted, linted and shown", async () => {
    const all = await verb(
      "merge",
      file("runc.recording.json"),
      file("crun.recording.json"),
      "-o",
      file("all.recording.json"),
    );
    expect([all.code, all.stderr]).toEqual([0, expect.any(String)]);
    const merged = JSON.parse(readFileSync(file("all.recording.json"), "utf8"));
    expect([merged.coverage.runs, merged.coverage.calls.x86_64.mkdir]).toEqual([2, 2]);
    expect((await verb("profile", file("all.recording.json"), "-o", file("all.json"))).code).toBe(0);
    expect((await verb("check", file("all.json"), "--recording", file("crun.recording.json"))).code).toBe(0);
    const both = ["profile", file("all.recording.json"), "--dialect", "oci", "-o", file("both.json")];
    expect((await verb(...both)).code).toBe(0);
    for (const runtime of RUNTIMES) {
      const confined = makeBundle(file("both"), {
        args: ["/bin/sh", "-c", "echo said; mkdir -p /tmp/made"],
        rootfs: `${bundle}/rootfs`,
        tweak(config) {
          config.linux = { ...config.linux, seccomp: JSON.parse(readFileSync(file("both.json"), "utf8")) };
        },
      });
      const ran = await runRuntime(runtime, root.root, ["run", "--bundle", confined, "both"]);
      expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, "said\n", ""]);
    }
    const shown = await verb("show", file("runc.recording.json"));
    // What the runtime needed before the program is not the program's.
    expect(shown.stdout).toMatch(/--cap-drop ALL\n/);
    const converted = await verb("convert", file("all.json"), "--to", "oci");
    expect(JSON.parse(converted.stdout).syscalls[0].comment).toBeUndefined();
    const linted = await verb("lint", file("all.json"), "--format", "json");
    expect([linted.code, JSON.parse(linted.stdout).errors]).toEqual([0, 0]);
    const mixed = await verb("merge", file("all.json"), file("all.recording.json"));
    expect([mixed.code, mixed.stderr]).toEqual([
      1,
      expect.stringContaining("some of the files are profiles"),
    ]);
  });

  test("a running container: recorded for a time, and what its filter refuses is traced", async () => {
    const refusing = makeBundle(file("refusing"), {
      args: ["/bin/sh", "-c", "while :; do mkdir /tmp/x 2>/dev/null; sleep 0.1; done"],
      tweak(config) {
        config.linux = {
          ...config.linux,
          seccomp: {
            defaultAction: "SCMP_ACT_ALLOW",
            architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"],
            syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO" }],
          },
        };
      },
    });
    const started = await runRuntime("runc", root.root, [
      "run",
      "--detach",
      "--bundle",
      refusing,
      "refusing",
    ]);
    try {
      expect([started.code, started.stderr]).toEqual([0, ""]);
      const at = ["--container", "refusing", "--runtime-root", `${root.work}/state-runc`];
      const seen = await verb("record", ...at, "--for", "600ms", "--refused");
      expect([seen.code, seen.stderr]).toEqual([
        0,
        expect.stringContaining("from when the recorder was attached"),
      ]);
      const names = JSON.parse(seen.stdout).syscalls.flatMap(({ names }: { names: string[] }) => names);
      expect(names).toContain("clone");
      expect(names).not.toContain("mkdir");
      // Names of parameters are in a tracefs, which not every machine has mounted.
      const hide = "mount -t tmpfs none /sys/kernel/tracing";
      const unnamed = await firstRefusal(hide, at.slice(2));
      expect(unnamed).toMatchObject({ abi: "x86_64", syscall: "mkdir" });
      expect(unnamed.arguments).toHaveLength(6);
      const named = await firstRefusal("mount -t tracefs none /sys/kernel/tracing", at.slice(2));
      expect(named).toMatchObject({ syscall: "mkdir", arguments: ['pathname="/tmp/x"', "mode=0x1ff"] });
    } finally {
      await runRuntime("runc", root.root, ["delete", "--force", "refusing"]);
    }
    const gone = await verb("record", "--container", "nobody-here");
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringContaining("knows it as running")]);
  });
});
