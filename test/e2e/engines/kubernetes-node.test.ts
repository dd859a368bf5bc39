/**
 * The pods of deploy/kubernetes on a node, with Podman in the kubelet's place: the image is built, the pod of the DaemonSet installs into
 * the file system of a node, follows its ConfigMap, and gives back every byte when it is ended. No kubelet runs here.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { stringify } from "yaml";
import { makeRootfs } from "../../support/bundle.ts";
import { EngineWorld, installed, preparePodman } from "../../support/engines.ts";
import { type Manifest, manifestsIn } from "../../support/manifests.ts";
import { applyPlan } from "../../support/plan.ts";
import { built, program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";

const ready =
  built("hookwright", "hookwright-host", "hookwright-runc") &&
  installed("podman", "conmon", "catatonit", "chattr");
const IMAGE = "localhost/hookwright-node:latest";
const CONFIG =
  'version = 2   # of this node\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]\n  runtime_type="x" \n';

let root: TempRoot;
let world: EngineWorld;
let node: string;

beforeAll(async () => {
  if (!ready) return;
  root = tempRoot();
  world = await EngineWorld.begin(root);
  preparePodman(root);
  // The image is large, and the usual driver of tests copies it for every container.
  const storage = `${root.root}/etc/containers/storage.conf`;
  writeFileSync(storage, readFileSync(storage, "utf8").replace('"vfs"', '"overlay"'));
  // Podman makes a name of its path, so it is in lower case.
  const image = `/tmp/hookwright-test-node-image-${process.pid}`;
  await done(["sh", "-c", `cd ${process.cwd()} && scripts/kubernetes-image ${image}`]);
  const id = await done(["podman", "pull", "-q", `oci:${image}:latest`]);
  await done(["podman", "tag", id, IMAGE]);
  rmSync(image, { recursive: true });
}, 180_000);
afterAll(async () => {
  if (!ready) return;
  // Podman's containers do not end with the namespaces; one that is told to end would clean its node first.
  await world.run(["sh", "-c", "podman pod rm -fa -t 0; podman rm -fa -t 0"]);
  await world.end();
  root.remove();
}, 60_000);

async function done(command: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await world.run(command, 120_000);
  expect(`${command.join(" ")}: ${code} ${code === 0 ? "" : `${stderr}${stdout}`}`).toEndWith(": 0 ");
  return stdout.trim();
}

/** What a node has that `hookwright` and a hook's `#!` line need, and containerd's configuration. */
async function makeNode(): Promise<void> {
  node = mkdtempSync(`${root.work}/node-`);
  for (const dir of ["etc/containerd", "etc/containers", "proc", "dev", "tmp", "bin", "var/lib", "usr/bin"])
    mkdirSync(`${node}/${dir}`, { recursive: true });
  copyFileSync(Bun.which("busybox") ?? "", `${node}/bin/sh`);
  copyFileSync(Bun.which("busybox") ?? "", `${node}/usr/bin/podman`);
  const { stdout } = Bun.spawnSync(["ldd", program("hookwright")]);
  for (const word of stdout.toString().split(/\s+/)) {
    if (!word.startsWith("/")) continue;
    mkdirSync(`${node}${word.slice(0, word.lastIndexOf("/"))}`, { recursive: true });
    copyFileSync(word, `${node}${word}`);
  }
  writeFileSync(`${node}/etc/containerd/config.toml`, CONFIG);
  writeFileSync(`${node}/dev/null`, "");
  await done(["mount", "--bind", "/dev/null", `${node}/dev/null`]);
  await done(["mount", "-t", "proc", "proc", `${node}/proc`]);
}

/** Everything that lies on the node, with the text of what is below etc; records stay. */
function onNode(): string[] {
  const found = (dir: string): string[] =>
    readdirSync(`${node}/${dir}`, { withFileTypes: true }).flatMap((one) => {
      const path = `${dir}/${one.name}`;
      if (path === "/proc" || path === "/var/log") return [];
      if (one.isDirectory()) return [path, ...found(path)];
      return [path.startsWith("/etc/") ? `${path}: ${readFileSync(`${node}${path}`, "utf8")}` : path];
    });
  return found("").sort();
}

/** A manifest as Podman takes it here: the node's file system is a directory, and a command for the engine's reload is only noted. */
async function play(name: string, manifests: readonly Manifest[]): Promise<string> {
  const text = manifests.map((one) => {
    const copy = structuredClone(one);
    for (const volume of copy.spec?.volumes ?? [])
      if (volume.hostPath !== undefined) volume.hostPath.path = node;
    for (const container of copy.spec?.containers ?? []) {
      container.image = IMAGE;
      const reload = container.env.find(({ name: key }: { name: string }) => key === "RELOAD");
      if (reload !== undefined) reload.value = `echo '${reload.value}' >>/host/tmp/reloads`;
      container.env.push({ name: "INTERVAL", value: "1" });
    }
    return stringify(copy);
  });
  const file = `${root.work}/${name}.yaml`;
  writeFileSync(file, text.join("---\n"));
  // It builds its pause image, for which it wants to know its working directory.
  await done(["sh", "-c", `cd / && exec podman kube play --network none ${file}`]);
  return file;
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await holds()) return;
    await Bun.sleep(100);
  }
  const logs = await world.run(["sh", "-c", "for c in $(podman ps -aq); do podman logs $c; done"]);
  throw new Error(`${what} does not come: ${logs.stdout}${logs.stderr}`);
}

/** As the kubelet ends a pod; Podman 4.3 does not know its period of grace. */
async function end(pod: string, file: string): Promise<void> {
  await done(["podman", "pod", "stop", "--time", "60", pod]);
  await done(["podman", "kube", "down", file]);
  await done(["podman", "volume", "rm", "--all", "--force"]);
}

const isReady = (container: string) => async () =>
  (await world.run(["podman", "exec", container, "test", "-e", "/ready"])).code === 0;

describe.skipIf(!ready)("on a node", () => {
  beforeEach(makeNode);

  test("the pod of the DaemonSet installs, follows its ConfigMap and gives back every byte", async () => {
    const before = onNode();
    const [set] = manifestsIn("kubernetes/base/daemon-set.yaml");
    const pod: Manifest = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "ds" },
      spec: set?.spec.template.spec,
    };
    const file = await play("ds", [...manifestsIn("kubernetes/base/definitions.yaml"), pod]);
    await until("the pod's readiness", isReady("ds-node"));
    const drop = readFileSync(`${node}/etc/containerd/config.toml`, "utf8");
    expect(drop).toStartWith(CONFIG);
    expect(drop).toContain('BinaryName = "/opt/hookwright/bin/hookwright-runc"');
    expect(readdirSync(`${node}/etc/hookwright/hooks.d`)).toEqual(["kubernetes-notify.yaml"]);
    const status = async () =>
      JSON.parse(
        await done([
          "env",
          "-i",
          "PATH=/usr/sbin",
          "chroot",
          node,
          "/opt/hookwright/bin/hookwright",
          "status",
          "--format",
          "json",
        ]),
      );
    expect(await status()).toMatchObject({ definitions: 1, hooks: 1, missing: [] });

    // The kubelet would put another version of the ConfigMap there; the definition of the node's owner is not the pod's affair.
    writeFileSync(
      `${node}/etc/hookwright/hooks.d/own.yaml`,
      "version: 1.0.0\nwhen: { always: true }\nedits: { env: [X=1] }\n",
    );
    const volume = await done([
      "podman",
      "volume",
      "inspect",
      "--format",
      "{{.Mountpoint}}",
      "hookwright-definitions",
    ]);
    writeFileSync(`${volume}/refused.yaml`, "version: 1.0.0\nnonsense: 1\n");
    await until("a refusal", async () => !(await isReady("ds-node")()));
    expect(await status()).toMatchObject({ definitions: 1 });
    rmSync(`${volume}/refused.yaml`);
    await until("another plan", async () => (await status()).definitions === 2);

    rmSync(`${node}/etc/hookwright/hooks.d/own.yaml`);
    await end("ds", file);
    expect(readFileSync(`${node}/tmp/reloads`, "utf8")).toBe(
      "nsenter -t 1 -m -- systemctl restart containerd\n".repeat(2),
    );
    rmSync(`${node}/tmp/reloads`);
    expect(onNode()).toEqual(before);
  }, 180_000);

  test("without a plan the engine is not told of it, and what others have put there stays", async () => {
    const before = onNode();
    const [set] = manifestsIn("kubernetes/base/daemon-set.yaml");
    const pod: Manifest = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "no" },
      spec: set?.spec.template.spec,
    };
    const [definitions, programs] = manifestsIn("kubernetes/base/definitions.yaml") as [Manifest, Manifest];
    const file = await play("no", [{ ...definitions, data: { "bad.yaml": "version: 7\n" } }, programs, pod]);
    const log = async () => {
      const { stdout, stderr } = await world.run(["podman", "logs", "no-node"]);
      return stdout + stderr;
    };
    await until("a refusal", async () => (await log()).includes("before there is a plan"));
    expect(readFileSync(`${node}/etc/containerd/config.toml`, "utf8")).toBe(CONFIG);
    expect(await isReady("no-node")()).toBe(false);
    await end("no", file);
    expect(onNode()).toEqual(before);

    mkdirSync(`${node}/opt/hookwright`, { recursive: true });
    const again = await play("no", [definitions, programs, pod]);
    await until("a refusal", async () => (await log()).includes("is not from this DaemonSet"));
    await end("no", again);
    expect(readdirSync(`${node}/opt/hookwright`)).toEqual([]);
  }, 180_000);

  test("for Podman: the same by `kube play`, and its files are what they were", async () => {
    const before = onNode();
    const file = await play("podman", manifestsIn("kubernetes/podman/node.yaml"));
    await until("the pod's readiness", isReady("hookwright-node"));
    const conf = readFileSync(`${node}/etc/containers/containers.conf.d/90-hookwright.conf`, "utf8");
    expect(conf).toContain('hookwright = ["/opt/hookwright/bin/hookwright-runc"]');
    expect(conf).toContain("/var/lib/hookwright/hooks.d");
    expect(readdirSync(`${node}/var/lib/hookwright/hooks.d`)).toHaveLength(1);

    // A container that lives under the plan still needs what is installed, but the engine starts no more of them.
    const plan = readlinkSync(`${node}/var/lib/hookwright/plans/current`).slice(0, 64);
    mkdirSync(`${node}/tmp/bundle`);
    writeFileSync(`${node}/tmp/bundle/config.json`, JSON.stringify({ plan }));
    mkdirSync(`${node}/run/hookwright/containers`, { recursive: true });
    const record = { id: "c", bundle: "/tmp/bundle", plan };
    writeFileSync(`${node}/run/hookwright/containers/${"a".repeat(32)}.json`, JSON.stringify(record));
    await end("hookwright", file);
    expect(existsSync(`${node}/etc/containers/containers.conf.d`)).toBe(false);
    expect(existsSync(`${node}/opt/hookwright/bin/hookwright-runc`)).toBe(true);
    rmSync(`${node}/tmp/bundle`, { recursive: true });
    const settings = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", `ROOT=${node}`, "ENGINE=podman"];
    await done(["env", "-i", ...settings, `${node}/opt/hookwright/node`, "remove"]);
    rmSync(`${node}/run`, { recursive: true });
    expect(onNode()).toEqual(before);
  }, 180_000);
});

test.skipIf(!ready)(
  "a pod of `kube play` gets the hook that its annotation asks for",
  async () => {
    const maps = manifestsIn("kubernetes/podman/node.yaml").filter(({ kind }) => kind === "ConfigMap");
    const [definitions, programs] = maps.map(({ data }) => data as Record<string, string>);
    const path = `${root.work}/greet`;
    writeFileSync(path, programs?.greet ?? "", { mode: 0o755 });
    const { parse } = await import("yaml");
    const greet = parse(definitions?.["greet.yaml"] ?? "");
    await applyPlan(root.root, { greet: { ...greet, hook: { ...greet.hook, path } } });
    await done([program("hookwright"), "engine", "enable", "podman"]);
    makeRootfs(`${root.work}/app`);
    await done(["sh", "-c", `tar -C ${root.work}/app -c . | podman import -q - localhost/app:1`]);
    const file = `${import.meta.dir}/../../../deploy/kubernetes/podman/greeted.yaml`;
    await done(["sh", "-c", `cd / && exec podman kube play --network none ${file}`]);
    await until("the hook's record", () => existsSync(root.events));
    await done(["podman", "kube", "down", file]);
    const ends = readFileSync(root.events, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const ran = ends
      .filter(({ kind }) => kind === "end")
      .map(({ hook, result, stdout }) => [hook.name, result, stdout.tail]);
    // Once: the infra container gets none.
    expect(ran).toEqual([["greet", "ok", "hello\n"]]);
  },
  120_000,
);
