/** What each engine's version and present configuration make of a wish: the runtime behind, what is inherited, which file. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { must } from "../../test/support/command.ts";
import { STATIC_PROGRAM as wrapper } from "../../test/support/definitions.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { disableEngine } from "../commands/engine-disable.ts";
import { enableEngine } from "../commands/engine-enable.ts";
import { listEngines } from "../commands/engine-list.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { containerd } from "./containerd/containerd.ts";
import { crio } from "./crio/crio.ts";
import { docker } from "./docker/docker.ts";
import type { Engine, EngineName, FileChange, Setting } from "./engine.ts";
import { readIfThere } from "./files.ts";
import { flagOf, isAtLeast, machineOf } from "./machine.ts";
import { podman } from "./podman/podman.ts";

bind(primitive);

const env = { PATH: process.env.PATH };

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

function write(path: string, text: string): string {
  const file = `${root.root}${path}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** What an engine of that version would change. */
function changes(engine: Engine, version: string, byDefault = false): FileChange[] {
  const found = { ...engine.find(machineOf(root.root, env, undefined)), version };
  // The place of a drop-in depends on the version.
  const dropIn = `${dirname(found.main)}/conf.d/90-hookwright.toml`;
  const placed =
    engine.name === "containerd" && isAtLeast(version, "2.1") ? { ...found, file: dropIn } : found;
  const wish = { wrapper, default: byDefault, hooks: "/hooks", root: "/root", nri: false };
  return engine.changes(placed, wish, readIfThere);
}

function runtimeOf(engine: Engine): { runtime: string; note?: string } {
  const machine = machineOf(root.root, env, undefined);
  return engine.runtime(engine.find(machine), readIfThere, machine);
}

const values = (change: FileChange | undefined): { [path: string]: unknown } =>
  Object.fromEntries(
    (change?.settings ?? []).map((setting: Setting) => [
      setting.path.join(" "),
      "value" in setting ? setting.value : [`+${setting.element}`],
    ]),
  );

test("versions", () => {
  expect([
    isAtLeast("25.0.3", "25.0"),
    isAtLeast("24.9", "25.0"),
    isAtLeast(undefined, "1"),
    isAtLeast("2.1", "2.1.1"),
  ]).toEqual([true, false, false, false]);
  expect(flagOf(["dockerd", "--config-file=/a", "--config-file", "/b"], "--config-file")).toBe("/b");
});

test("Docker: CDI is switched on where it is there and not so unasked", () => {
  const cdi = (version: string) => values(changes(docker, version)[0])["features cdi"];
  expect([cdi("20.10.24"), cdi("25.0.0"), cdi("26.1.5"), cdi("28.2.0")]).toEqual([
    undefined,
    true,
    true,
    undefined,
  ]);
});

test("containerd: devices are switched on where they are there and not so unasked", () => {
  const cdi = (version: string) =>
    values(changes(containerd, version)[0])["plugins io.containerd.grpc.v1.cri enable_cdi"];
  expect([cdi("1.6.20"), cdi("1.7.24"), cdi("2.0.0")]).toEqual([undefined, true, undefined]);
});

test("Docker: the runtime behind is that of the default", () => {
  expect(runtimeOf(docker)).toEqual({ runtime: "runc" });
  const file = write(
    "/etc/docker/daemon.json",
    '{"default-runtime": "n", "runtimes": {"n": {"path": "/usr/bin/nvidia-container-runtime"}}}',
  );
  expect(runtimeOf(docker)).toEqual({ runtime: "/usr/bin/nvidia-container-runtime" });
  writeFileSync(
    file,
    '{"default-runtime": "k", "runtimes": {"k": {"runtimeType": "io.containerd.kata.v2"}}}',
  );
  expect(runtimeOf(docker)).toMatchObject({ runtime: "runc", note: expect.stringContaining("k is a shim") });
});

test("Podman: lists are repeated before 5.0 and appended to from then on", () => {
  write("/usr/share/containers/containers.conf", '[engine]\nruntime = "crun"\nhooks_dir = ["/a"]\n');
  write(
    "/etc/containers/containers.conf.d/10-x.conf",
    '[engine]\nhooks_dir = ["/b", "/c"]\nruntime = "mine"\nruntimes.mine = ["/opt/crun"]\n',
  );
  expect(values(changes(podman, "4.3.1")[0])["engine hooks_dir"]).toEqual(["/b", "/c", "/hooks"]);
  expect(values(changes(podman, "5.4.2")[0])["engine hooks_dir"]).toEqual(["/hooks", { append: true }]);
  expect(values(changes(podman, "5.4.2")[0])["engine runtime_supports_json"]).toEqual([
    "hookwright",
    { append: true },
  ]);
  expect(values(changes(podman, "4.3.1")[0])["engine conmon_env_vars"]).toContain("HOOKWRIGHT_ROOT=/root");
  expect(values(changes(podman, "5.4.2")[0])).not.toHaveProperty(["engine conmon_env_vars"]);
  expect(runtimeOf(podman)).toEqual({ runtime: "/opt/crun" });
});

test("containerd: the handler has what the default has, from imported files too", () => {
  write(
    "/etc/containerd/config.toml",
    'version = 2\nimports = ["site/*.toml"]\n[plugins."io.containerd.grpc.v1.cri".containerd]\ndefault_runtime_name = "fast"\n',
  );
  write(
    "/etc/containerd/site/a.toml",
    '[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.fast]\nruntime_type = "io.containerd.runc.v2"\nbase_runtime_spec = "/b.json"\noptions = { SystemdCgroup = true, BinaryName = "/usr/bin/crun" }\n',
  );
  const [change] = changes(containerd, "1.6.20");
  expect(change?.file).toEndWith("/etc/containerd/config.toml");
  expect(Object.values(values(change))).toEqual([
    {
      runtime_type: "io.containerd.runc.v2",
      base_runtime_spec: "/b.json",
      options: { SystemdCgroup: true, BinaryName: wrapper },
    },
  ]);
  expect(runtimeOf(containerd)).toEqual({ runtime: "/usr/bin/crun" });
});

test("containerd: a drop-in from 2.1 on, imported unless it is already", () => {
  const none = changes(containerd, "2.1.9");
  expect(none.map(values)).toEqual([
    { version: 3, "plugins io.containerd.cri.v1.runtime containerd runtimes hookwright": expect.anything() },
    { version: 3, imports: [`${root.root}/etc/containerd/conf.d/*.toml`] },
  ]);
  const main = write("/etc/containerd/config.toml", 'version = 3\nimports = ["/other.toml"]\n');
  expect(values(changes(containerd, "2.1.9")[1])).toEqual({
    imports: [`+${root.root}/etc/containerd/conf.d/*.toml`],
  });
  writeFileSync(main, `version = 3\nimports = ["${root.root}/etc/containerd/conf.d/*.toml"]\n`);
  expect(changes(containerd, "2.1.9")).toHaveLength(1);
  writeFileSync(main, "root = '/x'\n");
  expect(() => changes(containerd, "1.6.20")).toThrow("version 1 of the schema");
});

test("CRI-O: the handler has what the default has, over all drop-ins", () => {
  write(
    "/etc/crio/crio.conf.d/10-crun.conf",
    '[crio.runtime]\ndefault_runtime = "crun"\nhooks_dir = ["/a"]\n[crio.runtime.runtimes.crun]\nruntime_path = "/usr/libexec/crio/crun"\nmonitor_path = "/m"\n',
  );
  expect(runtimeOf(crio)).toEqual({ runtime: "/usr/libexec/crio/crun" });
  expect(values(changes(crio, "1.33.0", true)[0])).toEqual({
    "crio runtime default_runtime": "hookwright",
    "crio runtime hooks_dir": ["/a", "/hooks"],
    "crio runtime runtimes hookwright": { runtime_path: wrapper, monitor_path: "/m" },
  });
});

test("an unusable wrapper is refused before anything is written", async () => {
  const file = write("/etc/docker/daemon.json", "{}");
  const enable = (path: string) => enableEngine(root, { engine: "docker", env, wrapper: path });
  await expect(enable("/none")).rejects.toThrow("/none does not exist");
  copyFileSync(wrapper, `${root.work}/loose`);
  chmodSync(`${root.work}/loose`, 0o777);
  await expect(enable(`${root.work}/loose`)).rejects.toThrow("loose");
  await expect(enableEngine(root, { engine: "docker", env, runtime: "kata-runtime" })).rejects.toThrow(
    "hookwright-kata-runtime does not exist",
  );
  expect(readFileSync(file, "utf8")).toBe("{}");
});

test("a link is followed: the file behind it changes, and the link stays", async () => {
  const real = write("/srv/daemon.json", '{"debug": true}\n');
  mkdirSync(`${root.root}/etc/docker`, { recursive: true });
  symlinkSync(real, `${root.root}/etc/docker/daemon.json`);
  await enableEngine(root, { engine: "docker", env, wrapper });
  expect(readFileSync(real, "utf8")).toContain("hookwright");
  await disableEngine(root, { engine: "docker", env });
  expect(readFileSync(real, "utf8")).toBe('{"debug": true}\n');
});

test("the list tells enabled from changed", async () => {
  const state = async (engine: EngineName) =>
    (await listEngines(root, env)).find((row) => row.engine === engine)?.state;
  const file = write("/etc/docker/daemon.json", '{"debug": true}\n');
  await enableEngine(root, { engine: "docker", env, wrapper });
  expect(await state("docker")).toBe("enabled");
  writeFileSync(file, '{"debug": true}\n');
  expect(await state("docker")).toBe("changed");
  writeFileSync(file, "{");
  expect((await listEngines(root, env)).find(({ engine }) => engine === "docker")?.fault).toContain(
    "daemon.json:1:2",
  );
});

test("files that are no JSON, no TOML, or have something else in the place are left alone", async () => {
  const refused = async (engine: EngineName, text: string, what: string) => {
    const engineConfig = write("/work/file", text);
    await expect(enableEngine(root, { engine, engineConfig, env, wrapper })).rejects.toThrow(what);
    expect(readFileSync(engineConfig, "utf8")).toBe(text);
  };
  await refused("docker", '{"a": 1', "file:1:8");
  await refused("docker", '{"debug": true, "debug": false}', "there twice");
  await refused("docker", '{"runtimes": []}', "runtimes is not what an engine takes there");
  await refused("docker", "[]", "not what an engine takes");
  await refused("podman", "[engine\n", "file:2:1");
});

test("a file keeps its ACL and its attributes, also while it is enabled", async () => {
  const file = `${root.work}/daemon.json`;
  writeFileSync(file, "{}", { mode: 0o640 });
  must(["setfacl", "-m", "u:1:rw,g:2:r", file]);
  must(["setfattr", "-n", "user.owner", "-v", "team", file]);
  const facts = () => must(["sh", "-c", `getfacl -pn ${file}; getfattr -d ${file}`]).toString();
  const before = facts();
  expect(before).toContain("user:1:rw-");
  await enableEngine(root, { engine: "docker", engineConfig: file, env, wrapper });
  expect(readFileSync(file, "utf8")).toContain("hookwright");
  expect(facts()).toBe(before);
  await disableEngine(root, { engine: "docker", env });
  expect(facts()).toBe(before);
});
