/** What the doctor says of engines and of what they start: each is provoked in configuration files below a root. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import {
  type DefinitionRoot,
  definitionRoot,
  STATIC_PROGRAM as host,
  simple,
} from "../../test/support/definitions.ts";
import { apply } from "../commands/apply.ts";
import { enableEngine } from "../commands/engine-enable.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { checkEngines } from "./engines.ts";
import { checkRuntimes } from "./runtimes.ts";
import { subjectOf } from "./subject.ts";

bind(primitive);

const env = { PATH: process.env.PATH };
let root: DefinitionRoot;
let wrapper: string;
beforeEach(() => {
  root = definitionRoot();
  wrapper = `${root.work}/hookwright-runc`;
  copyFileSync(host, wrapper);
});
afterEach(() => root.remove());

function said(): string[] {
  const subject = subjectOf(root, { env, host, now: Date.now() });
  const found = [...checkEngines(subject), ...checkRuntimes(subject)];
  return found.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
}

function write(path: string, text: string): string {
  mkdirSync(dirname(`${root.root}${path}`), { recursive: true });
  writeFileSync(`${root.root}${path}`, text);
  return `${root.root}${path}`;
}

test("an enabled engine, and one whose file somebody changed since", async () => {
  const file = write("/etc/docker/daemon.json", "{}");
  await enableEngine(root, { engine: "docker", env, wrapper, default: true });
  expect(said()).toEqual([]);
  writeFileSync(file, readFileSync(file, "utf8").replace('"default-runtime": "hookwright"', '"icc": false'));
  expect(said()).toEqual([
    `error engine_changed: ${file} does not say any more what \`engine enable docker\` wrote there`,
  ]);
});

test("a wrapper that is gone, and a runtime behind it that is not there", async () => {
  write("/etc/docker/daemon.json", "{}");
  await enableEngine(root, { engine: "docker", env, wrapper });
  rmSync(wrapper);
  expect(said()).toEqual([
    `error engine_fault: docker: find the wrapper: ${wrapper} does not exist`,
    `error runtime_missing: docker starts ${wrapper} as runtime hookwright, and it is not there: no such container starts`,
  ]);
  const other = `${root.work}/hookwright-nosuch`;
  symlinkSync(host, other);
  await enableEngine(root, { engine: "docker", env, wrapper: other });
  expect(said()).toEqual([
    `error runtime_behind: docker starts ${other}, and there is no nosuch for it to start`,
  ]);
});

test("an engine that is gone, with its file", async () => {
  const file = write(
    "/etc/crio/crio.conf",
    '[crio.runtime]\nhooks_dir = ["/usr/share/containers/oci/hooks.d"]\n',
  );
  await enableEngine(root, { engine: "crio", env, wrapper, engineConfig: file });
  expect(said()).toEqual(["warning engine_gone: crio is enabled, and its program is not here any more"]);
  rmSync(file);
  expect(said()).toEqual(["warning engine_gone: crio is enabled, and its program is not here any more"]);
});

test("a file that an enabled engine reads, and that is not as the plan says", async () => {
  root.define("one.json", simple(root.script("one")));
  await enableEngine(root, { engine: "podman", env, wrapper });
  await apply(root, { host });
  expect(said()).toEqual([]);
  const directory = `${root.state}/hooks.d`;
  const [name = ""] = readdirSync(directory);
  writeFileSync(`${directory}/${name}`, "{}");
  writeFileSync(`${directory}/stray.json`, "{}");
  rmSync(`${root.root}/etc/cdi/hookwright.dev-hook.json`);
  expect(said().map((line) => line.split(" is not what")[0])).toEqual([
    `error engine_files: ${directory}/stray.json`,
    `error engine_files: ${directory}/${name}`,
    `error engine_files: ${root.root}/etc/cdi/hookwright.dev-hook.json`,
  ]);
});

test.each([
  ["/etc/docker/daemon.json", `{"default-runtime": "x", "runtimes": {"x": {"path": "PROGRAM"}}}`],
  ["/etc/containers/containers.conf", `[engine]\nruntime = "x"\n[engine.runtimes]\nx = ["PROGRAM"]\n`],
  [
    "/etc/containerd/config.toml",
    `version = 2\n[plugins."io.containerd.grpc.v1.cri".containerd]\ndefault_runtime_name = "x"\n[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.x.options]\nBinaryName = "PROGRAM"\n`,
  ],
])("%s names a program that is not there, and a wrapper that we did not put there", (path, text) => {
  write(path, text.replace("PROGRAM", "/nowhere/kata"));
  expect(said()).toEqual([
    expect.stringMatching(/^warning runtime_missing: \w+ starts \/nowhere\/kata as runtime x/),
  ]);
  write(path, text.replace("PROGRAM", wrapper));
  expect(said()).toEqual([
    expect.stringMatching(/^note runtime_unrecorded: \w+ starts .*\/hookwright-runc as runtime x/),
  ]);
});

test("another wrapper as the default of an enabled engine", async () => {
  const theirs = `${root.work}/nvidia-container-runtime`;
  copyFileSync(host, theirs);
  const text = JSON.stringify({ "default-runtime": "nvidia", runtimes: { nvidia: { path: theirs } } });
  write("/etc/docker/daemon.json", text);
  expect(said()).toEqual([]);
  await enableEngine(root, { engine: "docker", env, wrapper });
  expect(said()).toEqual([
    "warning runtime_foreign: docker gives containers that ask for no runtime to nvidia, another wrapper: they get no hooks of ours",
  ]);
  await enableEngine(root, { engine: "docker", env, wrapper, default: true });
  expect(said()).toEqual([]);
});

test("a configuration that is none", () => {
  write("/etc/docker/daemon.json", "{");
  expect(said()).toEqual([expect.stringMatching(/^warning engine_fault: docker: /)]);
});
