/** mount on real containers, before and after their start; an image whose links lead out of it mounts nothing on the host. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { makeBundle } from "../../test/support/bundle.ts";
import { builtHook, shippedDefinition } from "../../test/support/hooks.ts";
import { applyPlan } from "../../test/support/plan.ts";
import { built, hookwright, program } from "../../test/support/programs.ts";
import { mountsBelow, type TempRoot, tempRoot } from "../../test/support/root.ts";
import { RUNTIMES, type RuntimeName, runRuntime, runtimePath } from "../../test/support/runtime.ts";

describe.skipIf(!built("hookwright", "hookwright-host"))("mount", () => {
  let root: TempRoot;
  let path = "";
  let source = "";
  beforeAll(async () => {
    root = tempRoot();
    path = await builtHook(root, "mount");
    source = `${root.work}/source`;
    for (const [directory, text] of Object.entries({ "": "bound", "/l1": "upper", "/l2": "lower" })) {
      mkdirSync(`${source}${directory}`, { recursive: true });
      writeFileSync(`${source}${directory}/file`, `${text}\n`);
    }
    writeFileSync(`${source}/l2/other`, "other\n");
    mkdirSync(`${root.work}/shared`);
    const attached = (annotation: string, stage: string, ...words: string[]) =>
      shippedDefinition("mount", path, (definition) => {
        definition.hook.args = ["mount", ...words.flatMap((word) => ["--mount", word])];
        definition.when.annotations = { "^com\\.example\\.mounts$": `^${annotation}$` };
        definition.stages = [stage];
      });
    await applyPlan(root.root, {
      before: attached(
        "before",
        "createContainer",
        `type=bind,source=${source},target=/new/place,readonly,nosuid`,
        `type=bind,source=${source}/file,target=/etc/single`,
        "type=tmpfs,target=/scratch,size=64k,mode=1777,noexec",
        `type=overlay,target=/layers,lower=${source}/l1:${source}/l2`,
      ),
      after: attached(
        "after",
        "poststart",
        `type=bind,source=${source},target=/hot`,
        "type=tmpfs,target=/etc",
      ),
      mapped: attached("mapped", "createRuntime", `type=bind,source=${source},target=/mapped,idmap`),
      slave: attached(
        "slave",
        "createRuntime",
        `type=bind,source=${root.work}/shared,target=/slave,propagation=slave`,
      ),
      private: attached("private", "createRuntime", `type=bind,source=${root.work}/shared,target=/slave`),
      escaping: attached("escaping", "createContainer", "type=tmpfs,target=/link/below"),
      kinds: attached("kinds", "createContainer", `type=bind,source=${source},target=/bin/busybox`),
    });
  });
  afterAll(() => root.remove());

  const start = (runtime: RuntimeName, annotation: string, script: string, prepare = (_: string) => {}) => {
    const id = `${annotation}-${runtime}`;
    const bundle = makeBundle(`${root.work}/${id}`, {
      args: ["/bin/sh", "-c", script],
      tweak: (config) => {
        config.annotations = { "com.example.mounts": annotation };
      },
    });
    prepare(bundle);
    const via = [program("hookwright-runtime"), "--runtime-path", runtimePath(runtime)];
    return runRuntime(runtime, root.root, ["run", "--bundle", bundle, id], { via });
  };
  const events = async (id: string) =>
    (await hookwright(root.root, ["events", "--container", id, "--format", "json"])).stdout;

  test.each(RUNTIMES)("before the start on %s: bind, file, tmpfs, overlay", async (runtime) => {
    const script = `
      cat /new/place/file /etc/single /layers/file /layers/other
      touch /new/place/x 2>/dev/null || echo refused
      touch /scratch/x && grep ' /scratch ' /proc/self/mounts
      touch /layers/x 2>/dev/null || echo refused
      grep ' /new/place ' /proc/self/mounts | cut -d' ' -f4 | cut -d, -f1,2`;
    const done = await start(runtime, "before", script);
    expect([done.code, done.stderr]).toEqual([0, ""]);
    const [tmpfs = "", ...rest] = done.stdout
      .split("\n")
      .filter((line) => !/^(bound|upper|other|refused)$/.test(line));
    expect(done.stdout).toStartWith("bound\nbound\nupper\nother\nrefused\n");
    expect(done.stdout.match(/^refused$/gm)).toHaveLength(2);
    expect(tmpfs).toMatch(/^tmpfs \/scratch tmpfs rw,noexec,.*size=64k/);
    expect(rest).toEqual(["ro,nosuid", ""]);
    expect(mountsBelow(root.work)).toEqual([]);
  });

  test.each(RUNTIMES)("while it runs on %s, where it sees it appear", async (runtime) => {
    const script =
      "until [ -f /hot/file ] && ! [ -e /etc/was ]; do sleep 0.05; done; cat /hot/file; ls -a /etc";
    const done = await start(runtime, "after", script, (bundle) =>
      writeFileSync(`${bundle}/rootfs/etc/was`, ""),
    );
    expect([done.code, done.stderr, done.stdout]).toEqual([0, "", "bound\n.\n..\n"]);
    expect(mountsBelow(root.work)).toEqual([]);
  });

  test.each(RUNTIMES)(
    "before the start on %s: owners are those of the container's user namespace",
    async (runtime) => {
      chmodSync(root.root, 0o755);
      const done = await start(runtime, "mapped", "stat -c '%u %g' /mapped/file", (bundle) => {
        const config = JSON.parse(readFileSync(`${bundle}/config.json`, "utf8"));
        config.linux.namespaces.push({ type: "user" });
        config.linux.uidMappings = config.linux.gidMappings = [
          { containerID: 0, hostID: 100000, size: 65536 },
        ];
        writeFileSync(`${bundle}/config.json`, JSON.stringify(config));
      });
      expect([done.code, done.stderr, done.stdout]).toEqual([0, "", "0 0\n"]);
      expect(statSync(`${source}/file`).uid).toBe(0);
    },
  );

  test("what the host mounts later is seen in the container by propagation=slave, and not without", async () => {
    const shared = `${root.work}/shared`;
    mkdirSync(`${shared}/later`, { recursive: true });
    const host = (...command: string[]) => expect(Bun.spawnSync(command).exitCode).toBe(0);
    host("mount", "--bind", shared, shared);
    host("mount", "--make-shared", shared);
    try {
      const script =
        "until [ -e /slave/go ]; do sleep 0.05; done; [ -e /slave/later/file ] && echo seen || echo unseen";
      const both = (["slave", "private"] as const).map((annotation) => start("runc", annotation, script));
      const states = ["slave-runc", "private-runc"].map((id) => `${root.work}/state-runc/${id}`);
      while (!states.every((state) => existsSync(state))) await Bun.sleep(20);
      await Bun.sleep(1000);
      host("mount", "-t", "tmpfs", "tmpfs", `${shared}/later`);
      writeFileSync(`${shared}/later/file`, "");
      writeFileSync(`${shared}/go`, "");
      expect((await Promise.all(both)).map(({ stdout }) => stdout)).toEqual(["seen\n", "unseen\n"]);
    } finally {
      Bun.spawnSync(["umount", "-R", shared]);
    }
  });

  test.each(RUNTIMES)("a link that leads out of the image on %s leads into it", async (runtime) => {
    const victim = `${root.work}/victim-${runtime}`;
    mkdirSync(`${victim}/below`, { recursive: true });
    const done = await start(runtime, "escaping", "grep -c tmpfs.*below /proc/self/mounts", (bundle) => {
      mkdirSync(`${bundle}/rootfs${victim}/below`, { recursive: true });
      symlinkSync(victim, `${bundle}/rootfs/link`);
    });
    expect([done.code, done.stderr, done.stdout]).toEqual([0, "", "1\n"]);
    expect(mountsBelow(victim)).toEqual([]);
  });

  test.each(RUNTIMES)(
    "a directory is not mounted over a file on %s; the container does not start",
    async (runtime) => {
      expect((await start(runtime, "kinds", "true")).code).not.toBe(0);
      expect(await events(`kinds-${runtime}`)).toContain(
        "what is mounted is a directory, and the place is none",
      );
    },
  );

  test("idmapped: owners are those of the container's user namespace", async () => {
    const directory = `${root.work}/idmap`;
    mkdirSync(directory);
    const child = Bun.spawn(["unshare", "--user", "--mount", "sleep", "60"]);
    try {
      const proc = `/proc/${child.pid}`;
      for (let i = 0; i < 200 && readFileSync(`${proc}/comm`, "utf8") !== "sleep\n"; i++) await Bun.sleep(10);
      for (const map of ["uid_map", "gid_map"]) writeFileSync(`${proc}/${map}`, "0 100000 65536\n");
      const state = JSON.stringify({ id: "idmap", status: "running", pid: child.pid, bundle: directory });
      const trial = (word: string) =>
        hookwright(
          root.root,
          ["hook", "run", path, "--stage", "poststart", "--state", "-", "--arg", "--mount", "--arg", word],
          {
            stdin: state,
          },
        );
      const done = await trial(`type=bind,source=${source},target=${directory},idmap`);
      expect([done.code, done.stdout]).toEqual([0, expect.stringContaining(`mounted bind at ${directory}`)]);
      expect(statSync(`${proc}/root${directory}/file`).uid).toBe(100000);
      expect(statSync(`${source}/file`).uid).toBe(0);
      expect(mountsBelow(directory)).toEqual([]);
    } finally {
      child.kill();
      await child.exited;
    }
  });
});
