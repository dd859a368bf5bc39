/**
 * In the place of oci-seccomp-bpf-hook under Podman, without a wrapper: its own hooks.d file with our path, its annotation,
 * and what Podman makes of the profile. Podman calls poststop hooks itself and does not tell the runtime of them.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { mountBpffs } from "../../support/bpffs.ts";
import { IMAGE, type Podman, podmanIn } from "../../support/podman.ts";
import { built, program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { hidingHybrid, RUNTIMES, type RuntimeName, run } from "../../support/runtime.ts";

const DEFAULT_PROFILE = "/usr/share/containers/seccomp.json";
const ASKED = { annotations: { "^io\\.containers\\.trace-syscall$": ".*" } };

const missing = Bun.which("podman") === null ? " (skipped: podman is not installed)" : "";

describe.skipIf(missing !== "" || !built("hookwright-record"))(`recording under Podman${missing}`, () => {
  let root: TempRoot;
  let pins = "";
  let out = "";
  let engine: Podman;

  beforeAll(async () => {
    root = tempRoot();
    out = `${root.work}/out`;
    mkdirSync(out);
    await mountBpffs(`${root.work}/bpf`);
    pins = `${root.work}/bpf/hookwright`;
    engine = await podmanIn(root);
  });
  afterAll(() => root.remove());

  /** What the package of oci-seccomp-bpf-hook installs, but for the path, and for where a test keeps things. */
  const hooksFile = (name: string, args: string[], stages: string[]) => {
    const env = [`HOOKWRIGHT_ROOT=${root.root}`, `HOOKWRIGHT_PINS=${pins}`];
    const hook = { path: program("hookwright-record"), args, env };
    writeFileSync(
      `${engine.hooks}/${name}.json`,
      JSON.stringify({ version: "1.0.0", hook, when: ASKED, stages }),
    );
  };
  const upstream = (stages: string[]) =>
    hooksFile("oci-seccomp-bpf-hook", ["oci-seccomp-bpf-hook", "-s", "--directory", out], stages);
  const traced = (runtime: RuntimeName, annotation: string, ...args: string[]) =>
    engine.run(runtime, "--annotation", `io.containers.trace-syscall=${annotation}`, IMAGE, ...args);
  const nothingPinned = async () =>
    expect((await run(await hidingHybrid(["ls", `${root.work}/bpf`]))).stdout).not.toContain("hookwright");
  const boundary = (profile: string) =>
    JSON.parse(readFileSync(profile.replace(/json$/, "recording.json"), "utf8")).boundary;

  /** The profile starts the container again, and lets nothing else happen. */
  async function confines(runtime: RuntimeName, profile: string): Promise<void> {
    const option = ["--security-opt", `seccomp=${profile}`, IMAGE];
    const again = await engine.run(runtime, ...option, "ls", "/bin/busybox");
    expect([again.code, again.stdout, again.stderr]).toEqual([0, "/bin/busybox\n", ""]);
    const other = await engine.run(runtime, ...option, "mkdir", "/tmp/made");
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining("Operation not permitted")]);
  }

  test.each(RUNTIMES)("the hooks.d file of oci-seccomp-bpf-hook as it is, on %s", async (runtime) => {
    upstream(["prestart"]);
    const profile = `${out}/prestart-${runtime}.json`;
    const ran = await traced(runtime, `of:${profile}`, "ls", "/bin/busybox");
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([0, "/bin/busybox\n", ""]);
    for (let i = 0; i < 100 && !existsSync(profile); i++) await Bun.sleep(50);
    expect(boundary(profile)).toBe("own-profile");
    await nothingPinned();
    await confines(runtime, profile);
  });

  test.each(RUNTIMES)("with poststop the profile is there when Podman is done, on %s", async (runtime) => {
    upstream(["prestart", "poststop"]);
    const profile = `${out}/poststop-${runtime}.json`;
    const ran = await traced(runtime, `if:${DEFAULT_PROFILE};of:${profile}`, "ls", "/bin/busybox");
    expect([ran.code, ran.stderr, existsSync(profile)]).toEqual([0, "", true]);
    await nothingPinned();
    const extended = await engine.run(
      runtime,
      "--security-opt",
      `seccomp=${profile}`,
      IMAGE,
      "mkdir",
      "/tmp/made",
    );
    expect([extended.code, extended.stderr]).toEqual([0, ""]);
  });

  test.each(RUNTIMES)("at precreate the filter is replaced, so that it is exact, on %s", async (runtime) => {
    upstream(["prestart"]);
    hooksFile("00-permit", ["hookwright-record", "permit"], ["precreate"]);
    try {
      const profile = `${out}/permit-${runtime}.json`;
      const ran = await traced(runtime, `of:${profile}`, "ls", "/bin/busybox");
      expect([ran.code, ran.stderr, existsSync(profile)]).toEqual([0, "", true]);
      expect(boundary(profile)).toBe("permissive");
      await nothingPinned();
      await confines(runtime, profile);
    } finally {
      rmSync(`${engine.hooks}/00-permit.json`);
    }
  });

  test("an output that is not allowed, or cannot be, is refused before the container starts", async () => {
    upstream(["prestart"]);
    for (const output of ["/etc/profile.json", `${out}/missing/profile.json`]) {
      const refused = await traced("runc", `of:${output}`, "echo", "started");
      expect([refused.code === 0, refused.stdout]).toEqual([false, ""]);
      expect(refused.stderr).toContain(output);
    }
    await nothingPinned();
  });
});
