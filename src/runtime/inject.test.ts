/** Injection into a bundle on the disk: what is written, what is not, and what survives a failure (injection.md 9C). */

import { afterAll, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { baseConfig } from "../../test/support/bundle.ts";
import { tempRoot } from "../../test/support/root.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import type { Plan, PlannedDefinition } from "../spec/plan.ts";
import type { Stage } from "../spec/stage.ts";
import { injectBundle } from "./inject.ts";

bind(primitive);
const root = tempRoot();
afterAll(() => root.remove());

const hex = (digit: string) => digit.repeat(64);
const definition = (
  name: string,
  stages: Stage[],
  more: Partial<PlannedDefinition> = {},
): PlannedDefinition => ({
  name,
  file: `${name}.json`,
  when: { always: true },
  stages,
  position: "append",
  onFailure: "stop",
  timeout: 10,
  entry: hex("e"),
  hook: hex("f"),
  ...more,
});
const planOf = (...definitions: PlannedDefinition[]): Plan => ({
  version: 1,
  generation: 1,
  created: "2026-11-23T00:00:00Z",
  guard: hex("a"),
  definitions,
});

let bundle = "";
let count = 0;
beforeEach(() => {
  bundle = `${root.work}/bundle-${count++}`;
  mkdirSync(bundle);
});

const put = (text: string | Uint8Array) => writeFileSync(`${bundle}/config.json`, text);
const get = () => readFileSync(`${bundle}/config.json`, "utf8");
const inject = (plan: Plan, more: { dryRun?: boolean; id?: string; digest?: string } = {}) =>
  injectBundle({ bundle, roots: root, plan, digest: hex("b"), runtimeName: "runc", ...more });
const host = planOf(definition("one", ["createRuntime", "poststop"]));

test("writes entries of the guard, and nothing else changes", async () => {
  put(JSON.stringify(baseConfig(["/bin/true"])));
  const before = JSON.parse(get());
  const done = await inject(host);
  const { hooks, ...rest } = JSON.parse(get());
  expect(rest).toEqual(before);
  expect(done.after).toBe(get());
  expect(Object.keys(hooks)).toEqual(["createRuntime", "poststop"]);
  expect(hooks.createRuntime).toEqual([
    {
      path: `${root.store}/${hex("a")}`,
      args: ["hookwright-guard", `${root.store}/${hex("e")}`, "createRuntime", hex("b"), "runc"],
      env: [`HOOKWRIGHT_ROOT=${root.root}`],
      timeout: 15,
    },
  ]);
  expect(readdirSync(bundle)).toEqual(["config.json"]);
});

test("a second run changes nothing, not even the file", async () => {
  put(JSON.stringify(baseConfig(["/bin/true"])));
  await inject(host);
  const before = statSync(`${bundle}/config.json`);
  const again = await inject(host);
  expect(again.after).toBe(again.before);
  expect(statSync(`${bundle}/config.json`).ino).toBe(before.ino);
});

test("a plan that does not concern the container leaves the file alone", async () => {
  put("{\n}");
  const { ino } = statSync(`${bundle}/config.json`);
  await inject(planOf(definition("never", ["poststop"], { when: {} })));
  expect([get(), statSync(`${bundle}/config.json`).ino]).toEqual(["{\n}", ino]);
});

test("a dry run writes nothing anywhere", async () => {
  put("{}");
  const done = await inject(planOf(definition("one", ["startContainer"])), { dryRun: true, id: "dry" });
  expect(done.after).not.toBe("{}");
  expect(get()).toBe("{}");
  expect(existsSync(root.containers)).toBe(false);
});

describe("survives", () => {
  test.each([
    ["hooks null", '{"hooks":null}'],
    ["hooks empty", '{"hooks":{}}'],
    [
      "unknown members everywhere",
      '{"future":{"a":[1,{}]},"linux":{"futureField":{"x":1}},"hooks":{"poststop":[{"path":"/x","new":1}]}}',
    ],
    [
      "64-bit integers",
      '{"linux":{"resources":{"memory":{"limit":-1,"swap":18446744073709551615}}},"x":9007199254740993}',
    ],
    ["numbers as they were spelt", '{"x":[1.50,1e3,-0,1E400]}'],
    ["key order", '{"z":1,"a":2,"10":3,"2":4}'],
    ["Go's escapes", '{"annotations":{"a":"\\u003cb\\u003e \\u0026 \\u2028"}}'],
    ["raw angles", '{"annotations":{"a":"<b> & \u2028"}}'],
    ["non-BMP and lone surrogates", '{"annotations":{"a":"😀 \\ud83d\\ude00 \\ud800"}}'],
    ["indentation and a last newline", '{\n    "ociVersion": "1.0.2",\n    "x": [\n        1\n    ]\n}\n'],
    ["U+FFFD of its own", '{"annotations":{"a":"\ufffd"}}'],
  ])("%s", async (_, text) => {
    put(text);
    await inject(host);
    const kept = text.replace(/^\{|\}\s*$/g, "").replace(/,?"hooks":.*$/, "");
    expect(get()).toContain(kept.trimEnd());
    expect(JSON.parse(get()).hooks.createRuntime).toHaveLength(1);
  });

  test("foreign hooks, in their place", async () => {
    put('{"hooks":{"createRuntime":[{"path":"/x"},{"path":"/y","timeout":3}]}}');
    await inject(
      planOf(
        definition("b", ["createRuntime"]),
        definition("a", ["createRuntime"], { position: "prepend", entry: hex("c") }),
      ),
    );
    const list: { path: string; args?: string[] }[] = JSON.parse(get()).hooks.createRuntime;
    expect(list.map(({ path, args }) => args?.[1]?.slice(-1) ?? path)).toEqual(["c", "/x", "/y", "e"]);
  });
});

describe("refuses, and the file stays as it was", () => {
  test.each([
    ["an empty file", "", "json_empty"],
    ["a truncated one", '{"a":', "json_truncated"],
    ["a byte order mark", "\ufeff{}", "json_bom"],
    ["trailing bytes", "{} x", "json_trailing"],
    ["a duplicate key", '{"hooks":{},"a":1,"hooks":{}}', "json_duplicate_key"],
    ["a folded key (A18)", '{"hooks":{},"Hooks":{}}', "json_folded_key"],
    ["an array", "[]", "config_shape"],
    ["hooks of the wrong type", '{"hooks":[]}', "config_shape"],
    ["a stage of the wrong type", '{"hooks":{"poststop":{}}}', "config_shape"],
  ])("%s", async (_, text, code) => {
    put(text);
    await expect(inject(host, { id: "refused" })).rejects.toMatchObject({ code });
    expect(get()).toBe(text);
    expect(readdirSync(bundle)).toEqual(["config.json"]);
    expect(existsSync(root.containers)).toBe(false);
  });

  test("bytes that are not UTF-8", async () => {
    const bytes = Uint8Array.from([...'{"a":"'].map((c) => c.charCodeAt(0)).concat(0xff, 0x22, 0x7d));
    put(bytes);
    await expect(inject(host)).rejects.toMatchObject({ code: "config_not_utf8" });
    expect(new Uint8Array(readFileSync(`${bundle}/config.json`))).toEqual(bytes);
  });

  test("a FIFO, without waiting; a directory; nothing", async () => {
    Bun.spawnSync(["mkfifo", `${bundle}/config.json`]);
    await expect(inject(host)).rejects.toMatchObject({ code: "config_unreadable" });
    rmSync(`${bundle}/config.json`);
    await expect(inject(host)).rejects.toMatchObject({ code: "config_unreadable", exitCode: 125 });
    mkdirSync(`${bundle}/config.json`);
    await expect(inject(host)).rejects.toMatchObject({ code: "config_unreadable" });
  });

  test("more than 32 MiB", async () => {
    put(`{"a":"${"x".repeat(32 << 20)}"}`);
    await expect(inject(host)).rejects.toMatchObject({ code: "config_too_large" });
  });
});

describe("the file keeps", () => {
  test("mode and owner", async () => {
    put("{}");
    chmodSync(`${bundle}/config.json`, 0o600);
    chownSync(`${bundle}/config.json`, 1000, 1001);
    await inject(host);
    const { mode, uid, gid } = statSync(`${bundle}/config.json`);
    expect([mode & 0o7777, uid, gid]).toEqual([0o600, 1000, 1001]);
  });

  test("its place behind a symbolic link", async () => {
    mkdirSync(`${bundle}/real`);
    writeFileSync(`${bundle}/real/c.json`, "{}");
    symlinkSync("real/c.json", `${bundle}/config.json`);
    await inject(host);
    expect(JSON.parse(readFileSync(`${bundle}/real/c.json`, "utf8")).hooks).toBeDefined();
    expect(
      readdirSync(bundle, { withFileTypes: true })
        .find(({ name }) => name === "config.json")
        ?.isSymbolicLink(),
    ).toBe(true);
    expect(readdirSync(`${bundle}/real`)).toEqual(["c.json"]);
  });
});

describe("when it cannot be written", () => {
  test.each([
    ["a full disk", "size=16k", ""],
    ["a read-only file system", "size=1m", "ro"],
  ])("%s: the old text, no temporary file, no record", async (_, size, then) => {
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", size, "tmpfs", bundle]);
    try {
      put(`{"a":"${"x".repeat(9000)}"}`);
      const before = get();
      if (then !== "") Bun.spawnSync(["mount", "-o", `remount,${then}`, bundle]);
      const id = `unwritable-${count}`;
      await expect(inject(planOf(definition("in", ["startContainer"])), { id })).rejects.toMatchObject({
        code: "config_unwritable",
      });
      expect(get()).toBe(before);
      expect(readdirSync(bundle)).toEqual(["config.json"]);
      expect(readdirSync(root.containers)).toEqual([]);
      expect(readdirSync(root.spool)).toEqual([]);
    } finally {
      Bun.spawnSync(["umount", bundle]);
    }
  });
});

test("the container's record is begun anew at each create", async () => {
  put("{}");
  await inject(host, { id: "c1" });
  const [name = ""] = readdirSync(root.containers);
  expect(name).toMatch(/^[0-9a-f]{32}\.json$/);
  const path = `${root.containers}/${name}`;
  const line = `${JSON.stringify({ id: "c1", bundle, plan: hex("b") })}\n`;
  expect(readFileSync(path, "utf8")).toBe(line);
  writeFileSync(path, `${line}{"stage":"poststop","hook":"x","ms":3}\n`);
  await inject(host, { id: "c1" });
  expect(readFileSync(path, "utf8")).toBe(line);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  rmSync(path);
});

describe("startContainer", () => {
  const inside = planOf(definition("in", ["startContainer"]));

  test("gets a spool of 64 KiB on the host, and the mounts in the container", async () => {
    put(JSON.stringify(baseConfig(["/bin/true"])));
    const { injection } = await inject(inside, { id: "spooled" });
    const dir = injection.spool?.hostDir ?? "";
    expect(statSync(`${dir}/events`).mode & 0o777).toBe(0o622);
    const mountinfo = readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .find((line) => line.includes(dir));
    expect(mountinfo).toContain("nosuid,nodev,noexec");
    expect(mountinfo).toContain("size=64k");
    const config = JSON.parse(get());
    expect(config.mounts.at(-1)).toMatchObject({
      destination: "/dev/hookwright/spool",
      source: `${dir}/events`,
    });
    expect(config.hooks.poststop[0].args).toEqual(["hookwright-guard", "collect", dir, hex("b")]);
  });

  test("a second create with the same bundle finds its spool again", async () => {
    put("{}");
    const first = await inject(inside, { id: "again" });
    const dir = first.injection.spool?.hostDir ?? "";
    Bun.spawnSync(["umount", dir]);
    rmSync(dir, { recursive: true });
    const second = await inject(inside, { id: "again" });
    expect(second.after).toBe(second.before);
    expect(existsSync(`${dir}/events`)).toBe(true);
  });
});
