/** bind-device on real containers, before and after their start, with the devices controller of version 1 and the programs of version 2. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { makeBundle } from "../../test/support/bundle.ts";
import { builtHook, shippedDefinition } from "../../test/support/hooks.ts";
import { applyPlan } from "../../test/support/plan.ts";
import { built, hookwright, program } from "../../test/support/programs.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { RUNTIMES, type RuntimeName, run, runRuntime, runtimePath } from "../../test/support/runtime.ts";

/** Nothing but what is said here may be used, as engines have it. */
const RULES = [
  { allow: false, access: "rwm" },
  { allow: true, type: "c", major: 1, minor: 3, access: "rwm" },
  { allow: true, type: "c", access: "m" },
];
/** No runtime gives it to a container by itself, and it opens without a capability. */
const DEVICE = "/dev/fuse";

describe.skipIf(!built("hookwright", "hookwright-host") || !existsSync(DEVICE))(
  "bind-device (/dev/fuse)",
  () => {
    let root: TempRoot;
    let path = "";
    beforeAll(async () => {
      root = tempRoot();
      path = await builtHook(root, "bind-device");
      // For users of another user namespace, which the host's own node is not.
      Bun.spawnSync(["mknod", "-m", "666", `${root.work}/fuse`, "c", "10", "229"]);
      const attached = (annotation: string, ...words: string[]) =>
        shippedDefinition("bind-device", path, (definition) => {
          definition.hook.args = ["bind-device", ...words.flatMap((word) => ["--device", word])];
          definition.when.annotations = { "^com\\.example\\.device$": `^${annotation}$` };
        });
      await applyPlan(root.root, {
        before: attached(
          "before",
          "path=/dev/fuse,access=r,mode=640,gid=4",
          "char=10:229,target=/dev/deep/er",
          "class=mem",
        ),
        only: attached("only", "path=/dev/fuse"),
        shown: attached("shown", `path=${root.work}/fuse,target=/dev/fuse`),
        escaping: attached("escaping", "path=/dev/fuse,target=/link/fuse"),
      });
    });
    afterAll(() => root.remove());

    const bundleOf = (id: string, annotation: string, script: string) =>
      makeBundle(`${root.work}/${id}`, {
        args: ["/bin/sh", "-c", script],
        tweak: (config) => {
          config.annotations = { "com.example.device": annotation };
          config.linux = {
            ...config.linux,
            cgroupsPath: `/hookwright-test-${id}`,
            resources: { devices: RULES },
          };
        },
      });
    const start = (runtime: RuntimeName, annotation: string, script: string, prepare = (_: string) => {}) => {
      const id = `${annotation}-${runtime}`;
      const bundle = bundleOf(id, annotation, script);
      prepare(bundle);
      const via = [program("hookwright-runtime"), "--runtime-path", runtimePath(runtime)];
      return runRuntime(runtime, root.root, ["run", "--bundle", bundle, id], { via });
    };

    test.each(RUNTIMES)("before the start on %s: the nodes are there, and open", async (runtime) => {
      const script = `
      stat -c '%n %t,%T %a %g' /dev/fuse /dev/deep/er
      ( : </dev/fuse ) && echo readable
      head -c 4 /dev/zero | od -An -tx1
      ls /dev/port 2>/dev/null || echo no more`;
      const done = await start(runtime, "before", script);
      expect([done.code, done.stderr]).toEqual([0, ""]);
      const host = (statSync("/dev/fuse").mode & 0o777).toString(8);
      expect(done.stdout).toBe(
        `/dev/fuse a,e5 640 4\n/dev/deep/er a,e5 ${host} 0\nreadable\n 00 00 00 00\n${existsSync("/dev/port") ? "/dev/port" : "no more"}\n`,
      );
    });

    test.each(RUNTIMES)("a link that leads out of the image on %s leads into it", async (runtime) => {
      const victim = `${root.work}/victim-${runtime}`;
      mkdirSync(victim);
      const done = await start(runtime, "escaping", `stat -c %t,%T ${victim}/fuse`, (bundle) => {
        mkdirSync(`${bundle}/rootfs${victim}`, { recursive: true });
        symlinkSync(victim, `${bundle}/rootfs/link`);
      });
      expect([done.code, done.stderr, done.stdout]).toEqual([0, "", "a,e5\n"]);
      expect(readdirSync(victim)).toEqual([]);
    });

    test.each(RUNTIMES)(
      "a container with a user namespace on %s is shown the host's node",
      async (runtime) => {
        chmodSync(root.root, 0o755);
        const id = `shown-${runtime}`;
        const bundle = bundleOf(id, "shown", "( : </dev/fuse ) && stat -c '%t,%T %u' /dev/fuse");
        const config = JSON.parse(readFileSync(`${bundle}/config.json`, "utf8"));
        config.linux.namespaces.push({ type: "user" });
        config.linux.uidMappings = config.linux.gidMappings = [
          { containerID: 0, hostID: 100000, size: 65536 },
        ];
        writeFileSync(`${bundle}/config.json`, JSON.stringify(config));
        const before = statSync(DEVICE).mode;
        chmodSync(DEVICE, 0o666);
        try {
          const via = [program("hookwright-runtime"), "--runtime-path", runtimePath(runtime)];
          const done = await runRuntime(runtime, root.root, ["run", "--bundle", bundle, id], { via });
          expect([done.code, done.stderr, done.stdout]).toEqual([0, "", "a,e5 65534\n"]);
        } finally {
          chmodSync(DEVICE, before & 0o7777);
        }
      },
    );

    const HOT = `
    ( : </tmp/fuse ) 2>/dev/null || echo refused
    until [ -e /dev/fuse ]; do sleep 0.05; done
    ( : </dev/fuse ) && echo readable
    ( : >/dev/fuse ) 2>/dev/null || echo not writable`;

    /** Starts a container that waits for the device, and gives it while it runs. */
    const hot = async (id: string, state: string, run: (bundle: string) => Promise<{ stdout: string }>) => {
      const bundle = bundleOf(id, "none", HOT);
      Bun.spawnSync(["mknod", `${bundle}/rootfs/tmp/fuse`, "c", "10", "229"]);
      const running = run(bundle);
      while (!existsSync(`${state}/${id}`)) await Bun.sleep(20);
      await Bun.sleep(300);
      const words = ["--stage", "poststart", "--container", id, "--runtime-root", state];
      const arg = ["--arg", "--device", "--arg", "path=/dev/fuse,access=r"];
      const done = await hookwright(root.root, ["hook", "run", path, ...words, ...arg]);
      expect([done.code, done.stderr]).toEqual([0, ""]);
      expect(done.stdout).toContain("c 10:229 is /dev/fuse");
      expect((await running).stdout).toBe("refused\nreadable\nnot writable\n");
    };

    test.each(RUNTIMES)("while it runs on %s, and only with the access that was given", async (runtime) => {
      const id = `hot-${runtime}`;
      await hot(id, `${root.work}/state-${runtime}`, (bundle) =>
        runRuntime(runtime, root.root, ["run", "--bundle", bundle, id]),
      );
    });

    describe("with cgroup version 2 alone, where runc attaches a program of its own", () => {
      // A mount namespace in which there is nothing else; crun 1.8 cannot start there without CAP_SYS_RESOURCE (notes/crun).
      const alone = (...command: string[]) =>
        run([
          "unshare",
          "--mount",
          "--propagation",
          "slave",
          "sh",
          "-c",
          'umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"',
          "sh",
          "env",
          `HOOKWRIGHT_ROOT=${root.root}`,
          ...command,
        ]);
      const state = () => `${root.work}/state-v2`;

      test("before the start", async () => {
        const id = "before-v2";
        const script = "( : </dev/fuse ) && echo readable; ( : </dev/kmsg ) 2>/dev/null || echo refused";
        const bundle = bundleOf(id, "only", script);
        const wrapper = [program("hookwright-runtime"), "--runtime-path", runtimePath("runc")];
        const done = await alone(...wrapper, "--root", state(), "run", "--bundle", bundle, id);
        expect([done.code, done.stderr, done.stdout]).toEqual([0, "", "readable\nrefused\n"]);
      });

      test("while it runs", async () => {
        const id = "hot-v2";
        await hot(id, state(), (bundle) =>
          alone(runtimePath("runc"), "--root", state(), "run", "--bundle", bundle, id),
        );
      });
    });
  },
);
