/** `engine enable --nri`: one word more in the engine's file, taken out again with the rest; and what is said of it. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { STATIC_PROGRAM as wrapper } from "../../test/support/definitions.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { disableEngine } from "../commands/engine-disable.ts";
import { enableEngine } from "../commands/engine-enable.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { containerd } from "./containerd/containerd.ts";
import { crio } from "./crio/crio.ts";
import type { EngineName } from "./engine.ts";
import { failsOpen } from "./nri.ts";

bind(primitive);

let root: TempRoot;
let env: { PATH: string };

beforeEach(() => {
  root = tempRoot();
  env = { PATH: root.work };
});
afterEach(() => root.remove());

/** An engine whose program says that it is of this version. */
function version(engine: EngineName, words: string): void {
  writeFileSync(`${root.work}/${engine}`, `#!/bin/sh\necho ${engine} ${words}\n`);
  chmodSync(`${root.work}/${engine}`, 0o755);
}

function write(path: string, text: string): string {
  const file = `${root.root}${path}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

test("containerd 1.7: the switch is turned where it stands, turned back, and taken out", async () => {
  version("containerd", "1.7.24");
  const bytes =
    'version = 2\n[plugins."io.containerd.nri.v1.nri"] # theirs\n  disable = true # off\n  socket_path = "/s"\n';
  const file = write("/etc/containerd/config.toml", bytes);
  const enable = (nri: boolean) => enableEngine(root, { engine: "containerd", env, wrapper, nri });
  const done = await enable(true);
  expect(readFileSync(file, "utf8")).toContain('  disable = false # off\n  socket_path = "/s"\n');
  expect(done.notes.filter((line) => line.startsWith("warning: "))).toHaveLength(2);
  expect((await enable(true)).changed).toBe(false);
  await enable(false);
  expect(readFileSync(file, "utf8")).toContain("  disable = true # off\n");
  await enable(true);
  await disableEngine(root, { engine: "containerd", env });
  expect(readFileSync(file, "utf8")).toBe(bytes);
});

test("containerd 2.1 and CRI-O: it stands in the drop-in", async () => {
  version("containerd", "2.1.9");
  version("crio", "1.33.0");
  await enableEngine(root, { engine: "containerd", env, wrapper, nri: true });
  await enableEngine(root, { engine: "crio", env, wrapper, nri: true });
  const toml = (path: string) => Bun.TOML.parse(readFileSync(`${root.root}/etc/${path}`, "utf8"));
  expect(toml("containerd/conf.d/90-hookwright.toml")).toMatchObject({
    plugins: { "io.containerd.nri.v1.nri": { disable: false } },
  });
  expect(toml("crio/crio.conf.d/90-hookwright.conf")).toMatchObject({ crio: { nri: { enable_nri: true } } });
});

test("an engine whose pods get no hooks that way says so, and stays as it was", async () => {
  version("containerd", "1.6.20");
  const file = write("/etc/containerd/config.toml", "version = 2\n");
  const enable = (engine: EngineName) => enableEngine(root, { engine, env, wrapper, nri: true });
  await expect(enable("containerd")).rejects.toThrow("enable NRI of containerd 1.6.20: it came with 1.7");
  write("/etc/docker/daemon.json", "{}");
  await expect(enable("docker")).rejects.toThrow("its containers get no hooks that way");
  expect(readFileSync(file, "utf8")).toBe("version = 2\n");
});

test("what fails open, and what closes it", () => {
  const said = (...words: Parameters<typeof failsOpen>) => failsOpen(...words)[1];
  expect(said(containerd, "2.1.9", "p")).toBe(
    "containerd 2.1.9 has nothing that closes it; containerd 2.2 and CRI-O 1.34 have required_plugins",
  );
  expect(said(containerd, "2.2.0", "p")).toEndWith(
    '[plugins."io.containerd.nri.v1.nri".default_validator] enable = true, required_plugins = ["p"]',
  );
  expect(said(crio, "1.34.1", "p")).toContain('nri_validator_required_plugins = ["p"]');
  expect(said(undefined, undefined, "p")).toStartWith("this engine has nothing");
});
