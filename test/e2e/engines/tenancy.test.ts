/**
 * Whose hooks a container gets: `when.images` by what real engines keep of a container's image, a moved tag among them;
 * `when.namespaces` by the annotations that a pod's author cannot write, and not by those that they can; sandboxes left alone unless a definition
 * asks for them. A refusal is in the engine's message and in the log.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { EndEvent } from "../../../src/spec/event.ts";
import { rootsAt } from "../../../src/spec/roots.ts";
import { makeBundle, makeRootfs } from "../../support/bundle.ts";
import { startContainerd, writeContainerdConfig } from "../../support/containerd.ts";
import { EngineWorld, installed, preparePodman, startDocker } from "../../support/engines.ts";
import { applyPlan, hookScript } from "../../support/plan.ts";
import { built, program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";

const ready = built("hookwright", "hookwright-host", "hookwright-runc");
const NOTHING = ["/bin/true"];

let root: TempRoot;
let world: EngineWorld;

beforeAll(async () => {
  if (!ready) return;
  root = tempRoot();
  world = await EngineWorld.begin(root);
  makeRootfs(`${root.work}/image`);
  writeFileSync(`${root.work}/image/version`, "1");
  await done(["tar", "-C", `${root.work}/image`, "-cf", `${root.work}/1.tar`, "."]);
  writeFileSync(`${root.work}/image/version`, "2");
  await done(["tar", "-C", `${root.work}/image`, "-cf", `${root.work}/2.tar`, "."]);
}, 60_000);
afterAll(async () => {
  if (!ready) return;
  // Podman's containers do not end with the namespaces.
  if (installed("podman")) await world.run(["sh", "-c", "podman pod rm -fa; podman rm -fa"]);
  await world.end();
  root.remove();
}, 60_000);
beforeEach(() => {
  rmSync(`${rootsAt(root.root).config}/hooks.d`, { recursive: true, force: true });
  rmSync(root.events, { force: true });
});

async function done(command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await world.run(command);
  expect(`${command.join(" ")}: ${code} ${code === 0 ? "" : `${stderr}${stdout}`}`).toEndWith(": 0 ");
  return stdout.trim();
}

/** Puts one definition in force. */
function inForce(when: object, more: object = {}): Promise<void> {
  const path = hookScript(root.root, "note", "cat >/dev/null");
  const hook = { version: "1.0.0", hook: { path, timeout: 5 }, when, stages: ["createRuntime"] };
  return applyPlan(root.root, { note: { ...hook, guard: { interpreter: "pin" }, ...more } });
}

/** Result or reason of every run since the test began. */
function outcomes(): string[] {
  if (!existsSync(root.events)) return [];
  const lines = readFileSync(root.events, "utf8").trim().split("\n");
  const ends = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === "end") as EndEvent[];
  rmSync(root.events);
  return ends.map(({ result, reason, hook }) => `${hook.name} ${reason ?? result}`);
}

const DIGEST = /sha256:[0-9a-f]{64}/;

describe.skipIf(!ready || !installed("dockerd", "docker", "tar"))("Docker", () => {
  const docker = (...args: string[]) => world.run(["docker", ...args]);
  const run = (image: string) =>
    docker("run", "--rm", "--network", "none", "--runtime", "hookwright", image, ...NOTHING);

  test("a hook runs in the image that it was tested with; a tag that was moved is refused", async () => {
    mkdirSync(`${root.root}/etc/docker`);
    writeFileSync(`${root.root}/etc/docker/daemon.json`, "{}");
    await done([program("hookwright"), "engine", "enable", "docker"]);
    await startDocker(world, root);
    const tested = await done(["docker", "import", `${root.work}/1.tar`, "web:1"]);
    expect(tested).toMatch(DIGEST);
    await done(["docker", "import", `${root.work}/2.tar`, "other:1"]);

    await inForce({ images: [`web:1@${tested}`] });
    expect((await run("web:1")).code).toBe(0);
    expect((await run("other:1")).code).toBe(0);
    expect(outcomes()).toEqual(["note ok"]);

    const moved = await done(["docker", "import", `${root.work}/2.tar`, "web:1"]);
    const refused = await run("web:1");
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain(`web:1 is ${moved}`);
    expect(refused.stderr).toContain(`run with the images web:1@${tested} only`);
    expect(outcomes()).toEqual(["note image_mismatch"]);
    expect((await run(tested)).code).toBe(0);
    expect(outcomes()).toEqual(["note ok"]);

    await inForce(
      { commands: ["^/bin/true$"], images: [tested] },
      { guard: { interpreter: "pin", onFailure: "continue" } },
    );
    expect((await run("web:1")).code).toBe(0);
    expect(outcomes()).toEqual(["note image_mismatch"]);
  }, 120_000);
});

describe.skipIf(!ready || !installed("podman", "conmon", "catatonit"))("Podman", () => {
  const podman = (...args: string[]) => world.run(["podman", ...args]);
  const run = (...args: string[]) => podman("run", "--rm", "--network", "none", ...args, ...NOTHING);
  const wrapped = ["--runtime", "hookwright"];
  const importTo = async (tar: string, name: string) => {
    await done(["podman", "import", "-q", `${root.work}/${tar}`, name]);
    return done(["podman", "image", "inspect", "--format", "{{.Digest}}", name]);
  };

  beforeAll(async () => {
    preparePodman(root);
    // conmon hands the runtime an environment of its own.
    const wrapper = `${root.work}/hookwright-runc`;
    const exec = `exec ${world.env.HOOKWRIGHT_WRAPPER} "$@"`;
    writeFileSync(wrapper, `#!/bin/sh\nexport HOOKWRIGHT_ROOT=${root.root}\n${exec}\n`, { mode: 0o755 });
    await done([program("hookwright"), "engine", "enable", "podman", "--wrapper", wrapper]);
  });

  test("by the digest of its manifest, under the wrapper and as a device; without an image nothing is known", async () => {
    const tested = await importTo("1.tar", "localhost/web:1");
    await importTo("2.tar", "localhost/other:1");
    await inForce({ commands: ["^/bin/true$"], images: [tested] });
    const device = ["--device", "hookwright.dev/hook=note"];
    for (const way of [wrapped, device]) {
      expect((await run(...way, "localhost/web:1")).code).toBe(0);
      expect(outcomes()).toEqual(["note ok"]);
      const refused = await run(...way, "localhost/other:1");
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain("localhost/other:1 is sha256:");
      expect(outcomes()).toEqual(["note image_mismatch"]);
    }
    const unknown = await run(...wrapped, "--rootfs", `${root.work}/image`);
    expect(unknown.stderr).toContain("it was made without an image");
    expect(outcomes()).toEqual(["note image_unknown"]);
  }, 120_000);

  test("A40: no annotation of a user makes Podman into CRI-O, a container into a sandbox, or names a namespace", async () => {
    await importTo("1.tar", "localhost/web:1");
    const typed = [
      "io.container.manager=cri-o",
      "io.kubernetes.cri-o.ContainerID=x",
      "io.kubernetes.cri-o.ContainerType=sandbox",
      "io.kubernetes.pod.namespace=team-a",
      "io.kubernetes.cri-o.Namespace=team-a",
    ].flatMap((annotation) => ["--annotation", annotation]);
    await inForce({ namespaces: ["team-a"] });
    expect((await run(...wrapped, ...typed, "localhost/web:1")).code).toBe(0);
    expect(outcomes()).toEqual([]);
    const asked = await run("--device", "hookwright.dev/hook=note", ...typed, "localhost/web:1");
    expect(asked.stderr).toContain("the container has no namespace that can be trusted");
    expect(outcomes()).toEqual(["note scope"]);
    await inForce({ always: true });
    for (const way of [wrapped, []]) {
      expect((await run(...way, ...typed, "localhost/web:1")).code).toBe(0);
      expect(outcomes()).toEqual(["note ok"]);
    }
  }, 120_000);

  test("a pod's infra container is left alone, by the wrapper and by hooks.d files, unless a definition asks", async () => {
    await importTo("1.tar", "localhost/web:1");
    const pod = async (...way: string[]) => {
      // It builds its pause image, for which it wants to know its working directory.
      await done(["sh", "-c", `cd / && exec podman ${way.join(" ")} pod create --name p --network none`]);
      try {
        await done(["podman", ...way, "run", "--rm", "--pod", "p", "localhost/web:1", ...NOTHING]);
      } finally {
        await podman("pod", "rm", "--force", "--time", "0", "p");
      }
      return outcomes();
    };
    await inForce({ always: true });
    expect(await pod()).toEqual(["note ok"]);
    expect(await pod(...wrapped)).toEqual(["note ok"]);
    await inForce({ sandbox: true });
    expect(await pod(...wrapped)).toEqual(["note ok"]);
  }, 120_000);
});

describe.skipIf(!ready || !installed("containerd", "ctr", "tar"))(
  "containerd, as the CRI plugin annotates",
  () => {
    let turn = 0;
    const ctr = async (annotations: Record<string, string>) => {
      const words = Object.entries(annotations).flatMap(([key, value]) => [
        "--annotation",
        `${key}=${value}`,
      ]);
      const rootfs = ["--rootfs", `${root.work}/image`, `t${turn++}`];
      const wrapper = world.env.HOOKWRIGHT_WRAPPER ?? "";
      const runc = ["--runc-binary", wrapper, "--runc-root", `${root.work}/runc`];
      return world.run(["ctr", "run", "--rm", ...runc, ...words, ...rootfs, ...NOTHING]);
    };
    const NAMESPACE = "io.kubernetes.cri.sandbox-namespace";
    const IMAGE = "io.kubernetes.cri.image-name";
    const good = `sha256:${"a".repeat(64)}`;

    beforeAll(async () => {
      writeContainerdConfig(root);
      await startContainerd(world, root);
    }, 60_000);

    test("the namespace of containerd's own key, whatever CRI-O's say", async () => {
      await inForce({ namespaces: ["team-a"] });
      const typed = { "io.kubernetes.pod.namespace": "team-a", "io.kubernetes.cri-o.Namespace": "team-a" };
      expect((await ctr({ [NAMESPACE]: "team-b", ...typed })).code).toBe(0);
      expect((await ctr(typed)).code).toBe(0);
      expect(outcomes()).toEqual([]);
      expect((await ctr({ [NAMESPACE]: "team-a", "io.kubernetes.pod.namespace": "team-b" })).code).toBe(0);
      expect(outcomes()).toEqual(["note ok"]);
    }, 60_000);

    test("sandboxes by containerd's own key", async () => {
      const type = "io.kubernetes.cri.container-type";
      await inForce({ always: true });
      expect((await ctr({ [type]: "sandbox" })).code).toBe(0);
      expect(outcomes()).toEqual([]);
      expect((await ctr({ "io.kubernetes.cri-o.ContainerType": "sandbox", [type]: "container" })).code).toBe(
        0,
      );
      expect(outcomes()).toEqual(["note ok"]);
      await inForce({ sandbox: true, namespaces: ["team-a"] });
      expect((await ctr({ [type]: "sandbox", [NAMESPACE]: "team-a" })).code).toBe(0);
      expect(outcomes()).toEqual(["note ok"]);
    }, 60_000);

    test("an image by the digest in the pod's name for it; a tag alone is not enough", async () => {
      await inForce({ always: true, images: [good] });
      expect((await ctr({ [IMAGE]: `docker.io/library/web:1@${good}` })).code).toBe(0);
      expect(outcomes()).toEqual(["note ok"]);
      const moved = await ctr({ [IMAGE]: `docker.io/library/web:1@${good.replace("aa", "bb")}` });
      expect(moved.code).not.toBe(0);
      const tag = await ctr({ [IMAGE]: "docker.io/library/web:1" });
      expect(tag.stderr).toContain("name it by digest in the pod");
      expect(outcomes()).toEqual(["note image_mismatch", "note image_unknown"]);
      await inForce({ images: [`web:1@${good}`] });
      expect((await ctr({ [IMAGE]: "docker.io/library/other:1" })).code).toBe(0);
      expect(outcomes()).toEqual([]);
    }, 60_000);
  },
);

describe.skipIf(!ready || !installed("runc"))("a bundle by hand", () => {
  const CONTAINERD = "io.kubernetes.cri.sandbox-namespace";
  const CRIO = "io.kubernetes.pod.namespace";
  let turn = 0;
  const bundle = (annotations: Record<string, string> = {}) =>
    makeBundle(`${root.work}/bundle-${turn++}`, {
      tweak: (config) => Object.assign(config, { annotations }),
    });
  const runc = (name: "hookwright-runc" | "runc", dir: string) =>
    world.run([
      name === "runc" ? name : program(name),
      "--root",
      `${root.work}/runc`,
      "run",
      "--bundle",
      dir,
      `by-hand-${turn++}`,
    ]);
  const change = (file: string, from: string, to: string) =>
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(from, to));

  test("keys of two engines that disagree stop the container, in the wrapper and in the guard alone", async () => {
    await inForce({ namespaces: ["team-a"] });
    const refused = await runc("hookwright-runc", bundle({ [CONTAINERD]: "team-a", [CRIO]: "team-b" }));
    expect(refused.code).toBe(126);
    expect(refused.stderr).toContain("the annotations disagree");
    expect(outcomes()).toEqual(["note scope_conflict"]);

    const dir = bundle({ [CONTAINERD]: "team-a", [CRIO]: "team-a" });
    await done([program("hookwright"), "bundle", "apply", dir]);
    expect((await runc("runc", dir)).code).toBe(0);
    change(`${dir}/config.json`, `"${CRIO}":"team-a"`, `"${CRIO}":"team-b"`);
    expect((await runc("runc", dir)).stderr).toContain(`${CRIO} says team-b`);
    change(`${dir}/config.json`, "team-a", "team-b");
    expect((await runc("runc", dir)).stderr).toContain("the container is in team-b");
    expect(outcomes()).toEqual(["note ok", "note scope_conflict", "note scope"]);
  }, 60_000);

  test("its image is the one that it was unpacked from, and the guard alone sees that it is another", async () => {
    const tested = `sha256:${"a".repeat(64)}`;
    const dir = bundle();
    const walk = [{ mediaType: "application/vnd.oci.image.manifest.v1+json", digest: tested, size: 1 }];
    writeFileSync(`${dir}/umoci.json`, JSON.stringify({ from_descriptor_path: { descriptor_walk: walk } }));
    await inForce({ commands: ["^/bin/true$"], images: [tested] });
    expect((await runc("hookwright-runc", dir)).code).toBe(0);
    expect(outcomes()).toEqual(["note ok"]);
    change(`${dir}/umoci.json`, tested, `sha256:${"b".repeat(64)}`);
    expect((await runc("runc", dir)).code).not.toBe(0);
    rmSync(`${dir}/umoci.json`);
    expect((await runc("runc", dir)).code).not.toBe(0);
    expect(outcomes()).toEqual(["note image_mismatch", "note image_unknown"]);
  }, 60_000);
});
