/** resolv on real containers, which read what it wrote; an image whose links lead out of it changes nothing of the host. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { makeBundle } from "../../test/support/bundle.ts";
import { builtHook, shippedDefinition } from "../../test/support/hooks.ts";
import { applyPlan } from "../../test/support/plan.ts";
import { built, hookwright, program } from "../../test/support/programs.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { RUNTIMES, type RuntimeName, runRuntime, runtimePath } from "../../test/support/runtime.ts";

const RESOLV = "nameserver 192.0.2.53\nsearch example.internal\n";

describe.skipIf(!built("hookwright", "hookwright-host"))("resolv", () => {
  let root: TempRoot;
  beforeAll(async () => {
    root = tempRoot();
    const path = await builtHook(root, "resolv");
    await applyPlan(root.root, {
      shipped: shippedDefinition("resolv", path, () => {}),
      wrong: shippedDefinition("resolv", path, (definition) => {
        definition.hook.args = ["resolv", "--nameserver", "dns.example"];
        definition.when.annotations = { "^com\\.example\\.resolv$": "^wrong$" };
      }),
    });
  });
  afterAll(() => root.remove());

  const start = (runtime: RuntimeName, id: string, annotation: string, prepare = (_: string) => {}) => {
    const bundle = makeBundle(`${root.work}/${id}`, {
      args: ["/bin/cat", "/etc/resolv.conf", "/etc/hosts"],
      tweak: (config) => {
        config.annotations = { "com.example.resolv": annotation };
        config.hostname = "web";
      },
    });
    prepare(bundle);
    const via = [program("hookwright-runtime"), "--runtime-path", runtimePath(runtime)];
    return runRuntime(runtime, root.root, ["run", "--bundle", bundle, id], { via });
  };

  test.each(RUNTIMES)("a container on %s reads its servers and its own name", async (runtime) => {
    const done = await start(runtime, `plain-${runtime}`, "yes");
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(done.stdout).toStartWith(`${RESOLV}127.0.0.1 localhost web\n`);
    expect(done.stdout).toEndWith("192.0.2.80 registry\n");
  });

  test.each(RUNTIMES)("links and mounts of the container on %s stay its own", async (runtime) => {
    const outside = `${root.work}/outside-${runtime}`;
    writeFileSync(outside, "the host's\n");
    writeFileSync(`${outside}-hosts`, "the engine's\n");
    const done = await start(runtime, `links-${runtime}`, "yes", (bundle) => {
      symlinkSync("../run/stub.conf", `${bundle}/rootfs/etc/resolv.conf`);
      mkdirSync(`${bundle}/rootfs/run`);
      symlinkSync(outside, `${bundle}/rootfs/run/stub.conf`);
      mkdirSync(`${bundle}/rootfs${root.work}`, { recursive: true });
      const config = JSON.parse(readFileSync(`${bundle}/config.json`, "utf8"));
      config.mounts.push({
        destination: "/etc/hosts",
        source: `${outside}-hosts`,
        type: "bind",
        options: ["bind", "rw"],
      });
      writeFileSync(`${bundle}/config.json`, JSON.stringify(config));
    });
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(done.stdout).toStartWith(`${RESOLV}127.0.0.1 localhost web\n`);
    expect(readFileSync(outside, "utf8")).toBe("the host's\n");
    expect(readFileSync(`${root.work}/links-${runtime}/rootfs${outside}`, "utf8")).toBe(RESOLV);
    // Mounted there by whoever made the bundle, for this container.
    expect(readFileSync(`${outside}-hosts`, "utf8")).toContain("localhost web");
  });

  test.each(RUNTIMES)(
    "an option that does not fit stops the container on %s, and is named",
    async (runtime) => {
      const id = `wrong-${runtime}`;
      expect((await start(runtime, id, "wrong")).code).not.toBe(0);
      const { stdout } = await hookwright(root.root, ["events", "--container", id, "--format", "json"]);
      expect(stdout).toContain('--nameserver \\"dns.example\\" is not an IPv4 or IPv6 address');
    },
  );
});
