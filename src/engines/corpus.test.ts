/**
 * A corpus of configuration files as people have them: each is enabled, read by another parser, written into by somebody
 * else, and disabled; what is left is byte for byte what it would be without us.
 */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { STATIC_PROGRAM as wrapper } from "../../test/support/definitions.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { jsonc } from "../codec/config/jsonc.ts";
import { disableEngine } from "../commands/engine-disable.ts";
import { enableEngine } from "../commands/engine-enable.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { ENGINE_NAMES, type EngineName } from "./engine.ts";

bind(primitive);

const FIXTURES = `${import.meta.dir}/../../test/fixtures/engines`;
const corpus = ENGINE_NAMES.flatMap((engine) =>
  readdirSync(`${FIXTURES}/${engine}`).map((name) => ({ engine, name })),
);
const env = { PATH: process.env.PATH };

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

/** A copy of a fixture where an engine of this root looks for it. */
function placed(engine: EngineName, name: string): { file: string; bytes: string } {
  const file = `${root.work}/${engine}/${name}`;
  const bytes = readFileSync(`${FIXTURES}/${engine}/${name}`, "utf8");
  mkdirSync(`${root.work}/${engine}`, { recursive: true });
  writeFileSync(file, bytes);
  chmodSync(file, 0o640);
  chownSync(file, 7, 8);
  return { file, bytes };
}

type Data = { [key: string]: unknown };

/** Bun's parser for TOML; for JSON ours, and the platform's where there are no comments. */
function parsed(engine: EngineName, text: string): Data {
  // Bun refuses a number that a double cannot hold.
  if (engine !== "docker")
    return Bun.TOML.parse(text.replaceAll("9_223_372_036_854_775_807", '"big"')) as Data;
  if (text.trim() === "") return {};
  return text.includes("//") ? (jsonc.data(text, "file") as Data) : (JSON.parse(text) as Data);
}

function at(data: unknown, path: readonly string[]): unknown {
  return path.reduce((value, key) => (value as Data | undefined)?.[key], data);
}

function without(data: Data, paths: readonly (readonly string[])[]): Data {
  const copy = structuredClone(data);
  for (const path of paths) {
    for (let depth = path.length; depth > 0; depth--) {
      const parent = at(copy, path.slice(0, depth - 1)) as Data | undefined;
      const key = path[depth - 1] ?? "";
      const value = parent?.[key];
      // Tables that were made on the way to a value go with it.
      if (
        depth === path.length ||
        (typeof value === "object" && value !== null && Object.keys(value).length === 0)
      )
        delete parent?.[key];
    }
  }
  return copy;
}

const CRI2 = ["plugins", "io.containerd.grpc.v1.cri", "containerd"];
const CRI3 = ["plugins", "io.containerd.cri.v1.runtime", "containerd"];

/** Paths that enabling may change. */
const PATHS: { readonly [E in EngineName]: readonly (readonly string[])[] } = {
  docker: [["runtimes", "hookwright"], ["default-runtime"]],
  podman: [
    ["engine", "runtimes", "hookwright"],
    ["engine", "runtime"],
    ["engine", "hooks_dir"],
    ["engine", "runtime_supports_json"],
    ["engine", "conmon_env_vars"],
  ],
  containerd: [
    ["version"],
    [...CRI2.slice(0, -1), "enable_cdi"],
    ...[CRI2, CRI3].flatMap((cri) => [
      [...cri, "runtimes", "hookwright"],
      [...cri, "default_runtime_name"],
    ]),
  ],
  crio: [
    ["crio", "runtime", "runtimes", "hookwright"],
    ["crio", "runtime", "default_runtime"],
    ["crio", "runtime", "hooks_dir"],
  ],
};

/** Where the wrapper's path is to be found. */
function wrapperIn(engine: EngineName, data: Data): unknown {
  if (engine === "docker") return at(data, ["runtimes", "hookwright", "path"]);
  if (engine === "podman") return (at(data, ["engine", "runtimes", "hookwright"]) as string[])[0];
  if (engine === "crio") return at(data, ["crio", "runtime", "runtimes", "hookwright", "runtime_path"]);
  const cri = at(data, [...CRI3, "runtimes"]) === undefined ? CRI2 : CRI3;
  return at(data, [...cri, "runtimes", "hookwright", "options", "BinaryName"]);
}

/** What an administrator does meanwhile: a comment on top where there are comments, and a setting of their own. */
function edited(engine: EngineName, text: string): string {
  if (engine === "docker") {
    const body = text.trim() === "" ? "{}\n" : text;
    return jsonc.set(body, ["icc"], false, "file").text;
  }
  return `# seen by the auditors\n${text}${text === "" || text.endsWith("\n") ? "" : "\n"}[theirs]\nx = 1\n`;
}

test("the corpus has at least thirty files", () => {
  expect(corpus.length).toBeGreaterThanOrEqual(30);
});

describe.each(corpus)("$engine/$name", ({ engine, name }) => {
  test.each([false, true])("enabled (default: %p) and disabled", async (byDefault) => {
    const { file, bytes } = placed(engine, name);
    const options = { engine, engineConfig: file, env, wrapper, default: byDefault };
    const dry = await enableEngine(root, { ...options, dryRun: true });
    expect(readFileSync(file, "utf8")).toBe(bytes);
    const done = await enableEngine(root, options);
    expect(done.changed).toBe(true);
    expect(dry.diff).toBe(done.diff);
    expect(done.diff).toContain("+");

    const text = readFileSync(file, "utf8");
    const data = parsed(engine, text);
    expect(wrapperIn(engine, data)).toBe(wrapper);
    expect(without(data, PATHS[engine])).toEqual(without(parsed(engine, bytes), PATHS[engine]));
    expect(JSON.stringify(data).includes('"hookwright"')).toBe(true);
    const { mode, uid, gid } = statSync(file);
    expect([mode & 0o7777, uid, gid]).toEqual([0o640, 7, 8]);

    expect((await enableEngine(root, options)).changed).toBe(false);
    const switched = await enableEngine(root, { ...options, default: !byDefault });
    expect(switched.changed).toBe(true);
    expect((await enableEngine(root, options)).changed).toBe(true);
    expect(readFileSync(file, "utf8")).toBe(text);

    expect((await disableEngine(root, { engine, env })).changed).toBe(true);
    expect(readFileSync(file, "utf8")).toBe(bytes);
    expect((await disableEngine(root, { engine, env })).changed).toBe(false);
  });

  test("edits of others in between stay", async () => {
    const { file, bytes } = placed(engine, name);
    await enableEngine(root, { engine, engineConfig: file, env, wrapper, default: true });
    writeFileSync(file, edited(engine, readFileSync(file, "utf8")));
    await disableEngine(root, { engine, env });
    const left = readFileSync(file, "utf8");
    expect(parsed(engine, left)).toEqual(parsed(engine, edited(engine, bytes)));
    // An object that had nothing in it has its member on a line of its own now.
    const lines = (text: string) => text.replaceAll("\r\n", "\n");
    if (engine !== "docker") expect(lines(left)).toBe(lines(edited(engine, bytes)));
  });
});

test.each(ENGINE_NAMES.filter((engine) => engine !== "crio"))(
  "%s without a file gets one, and loses it with its directories",
  async (engine) => {
    mkdirSync(`${root.root}/etc`);
    const done = await enableEngine(root, { engine, env, wrapper });
    expect(done.files.every((file) => existsSync(file))).toBe(true);
    expect(done.why).not.toBe("");
    await disableEngine(root, { engine, env });
    expect(readdirSync(`${root.root}/etc`)).toEqual([]);
  },
);
