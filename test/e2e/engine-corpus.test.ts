/**
 * The corpus of configurations, read by the engines themselves once they are enabled: what containerd and Podman make of a
 * file has our runtime in it, and all else as it was.
 */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { installed } from "../support/engines.ts";
import { built, hookwright, program } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { type Outcome, run } from "../support/runtime.ts";

const FIXTURES = `${import.meta.dir}/../fixtures/engines`;
const ready = built("hookwright", "hookwright-host", "hookwright-runc");
const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

/** Enables a copy of a fixture, lets the engine read it, and disables it; what the engine said between, and before and after. */
async function said(
  engine: string,
  name: string,
  read: (file: string) => Promise<Outcome>,
  around = true,
): Promise<Outcome[]> {
  const file = `${root.work}/${name}`;
  const bytes = readFileSync(`${FIXTURES}/${engine}/${name}`, "utf8");
  writeFileSync(file, bytes);
  const outer = around ? [await read(file)] : [];
  const words = [
    "engine",
    "enable",
    engine,
    "--default",
    "--engine-config",
    file,
    "--wrapper",
    program("hookwright-runc"),
  ];
  const enabled = await hookwright(root.root, words);
  expect(`${enabled.code}: ${enabled.code === 0 ? "" : enabled.stderr}`).toBe("0: ");
  const between = await read(file);
  await hookwright(root.root, ["engine", "disable", engine]);
  expect(readFileSync(file, "utf8")).toBe(bytes);
  if (around) outer.push(await read(file));
  return [between, ...outer];
}

interface Dump {
  plugins: { [name: string]: { [key: string]: unknown } };
}

describe.skipIf(!ready || !installed("containerd"))("containerd", () => {
  // Its schema is read by 2.x only, and it imports files of its machine.
  const names = readdirSync(`${FIXTURES}/containerd`).filter((name) => name !== "schema3.toml");

  test.each(names)("%s", async (name) => {
    const dump = (file: string) => run(["containerd", "-c", file, "config", "dump"], { env: { PATH } });
    const [between, before, after] = await said("containerd", name, dump);
    const cri = (text = "") => {
      const plugins = (Bun.TOML.parse(text) as Dump).plugins["io.containerd.grpc.v1.cri"]?.containerd;
      return plugins as { default_runtime_name: string; runtimes: { [name: string]: { options: object } } };
    };
    const now = cri(between?.stdout);
    expect(now.default_runtime_name).toBe("hookwright");
    expect(now.runtimes.hookwright?.options).toMatchObject({ BinaryName: program("hookwright-runc") });
    // What is built in comes with zeros for all that it does not say.
    const names = Object.keys(now.runtimes).filter((one) => one !== "hookwright");
    expect(names.sort()).toEqual(Object.keys(cri(before?.stdout).runtimes).sort());
    expect(after?.stdout).toBe(before?.stdout ?? "");
  });
});

describe.skipIf(!ready || !installed("podman"))("Podman", () => {
  let storage: TempRoot;
  beforeAll(() => {
    storage = tempRoot();
  });
  afterAll(() => storage.remove());

  test.each(readdirSync(`${FIXTURES}/podman`))("%s", async (name) => {
    const { work } = storage;
    const places = ["--root", `${work}/root`, "--runroot", `${work}/run`, "--tmpdir", `${work}/tmp`];
    const format = ["info", "--format", "{{.Host.OCIRuntime.Name}} {{.Host.OCIRuntime.Path}}"];
    const info = (file: string) =>
      run(["podman", ...places, "--storage-driver", "vfs", ...format], {
        env: { PATH, HOME: work, CONTAINERS_CONF: file },
      });
    // Asked once: it looks at the whole machine each time.
    const [between] = await said("podman", name, info, false);
    expect(`${between?.stdout}${between?.code === 0 ? "" : between?.stderr}`).toBe(
      `hookwright ${program("hookwright-runc")}\n`,
    );
  });
});

const validates =
  installed("dockerd") && Bun.spawnSync(["dockerd", "--help"]).stdout.toString().includes("--validate");

describe.skipIf(!ready || !validates)("Docker, of 23.0 and newer", () => {
  test.each(readdirSync(`${FIXTURES}/docker`))("%s", async (name) => {
    const validate = (file: string) =>
      run(["dockerd", "--validate", "--config-file", file], { env: { PATH } });
    const [between, before] = await said("docker", name, validate);
    expect(between?.code).toBe(before?.code ?? null);
  });
});
