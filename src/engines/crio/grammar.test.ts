/**
 * CRI-O cannot run here: what is written for it is held to the tables, keys and types that its crio.conf(5) documents. A key that it
 * does not know stops CRI-O, so a misspelt one would too.
 */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { STATIC_PROGRAM } from "../../../test/support/definitions.ts";
import { type TempRoot, tempRoot } from "../../../test/support/root.ts";
import { enableEngine } from "../../commands/engine-enable.ts";

type Kind = "string" | "boolean" | "strings" | "table";

const RUNTIME: { readonly [key: string]: Kind } = { default_runtime: "string", hooks_dir: "strings" };
const HANDLER: { readonly [key: string]: Kind } = {
  runtime_path: "string",
  runtime_type: "string",
  runtime_root: "string",
  runtime_config_path: "string",
  privileged_without_host_devices: "boolean",
  allowed_annotations: "strings",
  default_annotations: "table",
  platform_runtime_paths: "table",
  monitor_path: "string",
  monitor_cgroup: "string",
  monitor_exec_cgroup: "string",
  monitor_env: "strings",
  container_min_memory: "string",
  no_sync_log: "boolean",
  stream_websockets: "boolean",
  seccomp_profile: "string",
};

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

function kindOf(value: unknown): Kind | undefined {
  if (typeof value === "string" || typeof value === "boolean") return typeof value as Kind;
  if (Array.isArray(value)) return value.every((one) => typeof one === "string") ? "strings" : undefined;
  return typeof value === "object" ? "table" : undefined;
}

const kindsOf = (table: object) =>
  Object.fromEntries(Object.entries(table).map(([key, value]) => [key, kindOf(value)]));

/** What is in the drop-in beside a configuration. */
async function dropIn(config: string): Promise<{ crio: { runtime: { runtimes: Record<string, object> } } }> {
  mkdirSync(`${root.root}/etc/crio`, { recursive: true });
  writeFileSync(`${root.root}/etc/crio/crio.conf`, config);
  await enableEngine(root, { engine: "crio", env: {}, wrapper: STATIC_PROGRAM, default: true });
  const text = readFileSync(`${root.root}/etc/crio/crio.conf.d/90-hookwright.conf`, "utf8");
  return Bun.TOML.parse(text) as Awaited<ReturnType<typeof dropIn>>;
}

const CONFIGURATIONS = {
  nothing: "",
  "a default with everything": `[crio.runtime]
default_runtime = "own"
hooks_dir = ["/etc/hooks.d"]
[crio.runtime.runtimes.own]
runtime_path = "/usr/libexec/crio/crun"
runtime_type = "oci"
runtime_root = "/run/crun"
monitor_path = "/usr/libexec/crio/conmon"
monitor_env = ["PATH=/usr/bin"]
monitor_cgroup = "system.slice"
privileged_without_host_devices = true
allowed_annotations = ["io.kubernetes.cri-o.Devices"]
container_min_memory = "12MiB"
no_sync_log = false
[crio.runtime.runtimes.own.default_annotations]
"a.b/c" = "d"
`,
};

for (const [title, config] of Object.entries(CONFIGURATIONS))
  test(`beside ${title}, only what CRI-O documents is written`, async () => {
    const written = await dropIn(config);
    expect(Object.keys(written)).toEqual(["crio"]);
    expect(Object.keys(written.crio)).toEqual(["runtime"]);
    const { runtimes, ...rest } = written.crio.runtime;
    expect(kindsOf(rest)).toEqual({ default_runtime: "string", hooks_dir: "strings" });
    expect(RUNTIME).toMatchObject(kindsOf(rest));
    expect(Object.keys(runtimes)).toEqual(["hookwright"]);
    const handler = kindsOf(runtimes.hookwright ?? {});
    expect(HANDLER).toMatchObject(handler);
    expect(handler).toHaveProperty("runtime_path", "string");
  });
