/**
 * `make bench`: what Hookwright costs, as differences and ratios measured in one run. Wrapper, guard and recorder are
 * timed against an empty static process, then in front of real runtimes; budgets are those of ARCHITECTURE.md, as ratios to that
 * empty process (report.ts), and a missed one is marked and makes the exit status 1. `--quick` takes a fifth of the turns; words
 * choose parts by name.
 */

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { makeRootfs } from "../test/support/bundle.ts";
import { program } from "../test/support/programs.ts";
import { type TempRoot, tempRoot } from "../test/support/root.ts";
import { RUNTIMES, runtimePath } from "../test/support/runtime.ts";
import { emptyProgram } from "./elf.ts";
import { applyMany, configOf, hookOf } from "./fixtures.ts";
import { compiledHook } from "./hook.ts";
import { imageCommands } from "./image-commands.ts";
import { images } from "./images.ts";
import { clock, peak } from "./measure.ts";
import { recorder } from "./recorder.ts";
import { baseline, compare, figure, heading, verdict } from "./report.ts";
import type { Case, Step } from "./work.ts";

const KIB = 1024;
const rounds = process.argv.includes("--quick") ? 60 : 300;

const chosen = process.argv.slice(2).filter((word) => word !== "--quick");
const parts: { readonly [name: string]: () => Promise<void> } = {
  wrapper,
  guard,
  hook: () => compiledHook(root, rounds),
  recorder: () => recorder(root, rounds),
  runtimes,
  commands: commandLine,
  "image-commands": () => imageCommands(fast, Math.ceil(rounds / 5)),
  images: () => images(fast, rounds < 300 ? 1 : 3),
};
const unknown = chosen.filter((word) => !(word in parts));
if (unknown.length > 0) throw new Error(`no part ${unknown}; there are ${Object.keys(parts).join(", ")}`);

const root = tempRoot();
const fast = `/dev/shm/hookwright-bench-${process.pid}`;
mkdirSync(fast, { recursive: true });
try {
  for (const [name, measure] of Object.entries(parts))
    if (chosen.length === 0 || chosen.includes(name)) await measure();
} finally {
  root.remove();
  Bun.spawnSync(["rm", "-rf", fast]);
}
process.exit(verdict());

function emptyRuntime(): string {
  const path = `${root.work}/runc`;
  writeFileSync(path, emptyProgram(), { mode: 0o755 });
  return path;
}

/** The wrapper in front of a runtime that does nothing: what is left is the wrapper. */
async function wrapper(): Promise<void> {
  heading("wrapper, over starting the runtime directly (empty static process)");
  const empty = emptyRuntime();
  const hook = hookOf(root.work, 20 * KIB);
  const through = [program("hookwright-runtime"), "--runtime-path", empty];
  const state = await clock(rounds, [
    { name: "direct", steps: [{ argv: [empty, "state", "x"] }] },
    { name: "state", steps: [{ argv: [...through, "state", "x"], env: environment(root) }] },
  ]);
  baseline("direct", state);
  compare("state", state, "direct", 0.6);
  figure("  resident KiB", peak([...through, "state", "x"], environment(root)));

  for (const count of [1, 100, 1000]) {
    const plans = tempRoot();
    try {
      await applyMany(plans.root, hook, count);
      for (const size of count === 1 ? [3, 11, 208] : [11]) {
        const name = `create, ${size} KB, ${count} definition${count === 1 ? "" : "s"}`;
        const { bundle, copies } = pristine(`${size}-${count}`, configOf(size * KIB));
        const argv = ["create", "--bundle", bundle, "bench"];
        const times = await clock(rounds, [
          { name: "direct", copies, steps: [{ argv: [empty, ...argv] }] },
          { name, copies, steps: [{ argv: [...through, ...argv], env: environment(plans) }] },
        ]);
        compare(
          name,
          times,
          "direct",
          size === 11 ? (count === 1 ? 1.3 : count === 1000 ? 12 : undefined) : undefined,
        );
        for (const [from, to] of copies) copyFileSync(from, to);
        figure("  resident KiB", peak([...through, ...argv], environment(plans)));
      }
    } finally {
      plans.remove();
    }
  }
}

/** The guard around a hook that exits at once. */
async function guard(): Promise<void> {
  heading("guard, over running the hook directly");
  for (const [size, budget] of [
    [20 * KIB, 1.5],
    [KIB * KIB, 3.5],
  ] as const) {
    const plans = tempRoot();
    try {
      const hook = hookOf(plans.work, size);
      await applyMany(plans.root, hook, 1);
      const { bundle, copies } = pristine(`guard-${size}`, configOf(3 * KIB));
      for (const [from, to] of copies) copyFileSync(from, to);
      const guarded = guardStep(plans, bundle);
      const record = freshRecord(plans);
      const name = `hook of ${size / KIB} KiB`;
      const times = await clock(rounds, [
        { name: "direct", steps: [{ argv: [hook], stdin: guarded.stdin ?? "" }] },
        { name, copies: [record], steps: [guarded] },
      ]);
      compare(name, times, "direct", budget);
      const [, ...words] = guarded.argv;
      const link = program("hookwright-guard");
      figure("  resident KiB", peak([link, ...words], guarded.env ?? [], guarded.stdin), 2048);
    } finally {
      plans.remove();
    }
  }
}

/** What the wrapper writes into a bundle, as a step of its own. */
function guardStep(plans: TempRoot, bundle: string): Step {
  Bun.spawnSync(
    [program("hookwright-runtime"), "--runtime-path", emptyRuntime(), "create", "--bundle", bundle, "bench"],
    {
      env: { HOOKWRIGHT_ROOT: plans.root },
    },
  );
  const config = JSON.parse(readFileSync(`${bundle}/config.json`, "utf8"));
  const { path, args, env } = config.hooks.createRuntime[0];
  const state = `${plans.work}/state.json`;
  writeFileSync(
    state,
    JSON.stringify({ ociVersion: "1.0.2", id: "bench", status: "creating", pid: 1, bundle }),
  );
  return { path, argv: args, env, stdin: state };
}

/** A container's record grows by a line with each run; here every run is the first one of its container. */
function freshRecord({ containers, work }: TempRoot): [string, string] {
  const [name = ""] = readdirSync(containers);
  const kept = `${work}/record.json`;
  copyFileSync(`${containers}/${name}`, kept);
  return [kept, `${containers}/${name}`];
}

/** Real containers: create, start and delete; and run. */
async function runtimes(): Promise<void> {
  const hook = hookOf(root.work, 20 * KIB);
  const none = tempRoot();
  const one = tempRoot();
  try {
    await applyMany(one.root, hook, 1);
    await applyMany(none.root, hook, 1);
    Bun.spawnSync(["sh", "-c", `sed -i s/net-0/net-never/ ${none.config}/hooks.d/*`]);
    Bun.spawnSync([program("hookwright"), "--root", none.root, "apply"], {
      stdout: "ignore",
      stderr: "ignore",
    });
    for (const name of RUNTIMES) {
      heading(`${name}, create + start + delete, and run`);
      const plain = configOf(3 * KIB);
      const withHook = JSON.stringify({
        ...JSON.parse(plain),
        hooks: { createRuntime: [{ path: hook, env: ["A=b"] }] },
      });
      const variants: [string, string, string[], string[]][] = [
        ["bare", plain, [runtimePath(name)], []],
        ["bare, with the hook", withHook, [runtimePath(name)], []],
        ["wrapper, nothing matches", plain, [program(`hookwright-${name}`)], environment(none)],
        ["wrapper, guarded hook", plain, [program(`hookwright-${name}`)], environment(one)],
      ];
      const cases: Case[] = variants.flatMap(([label, config, start, env], at) => {
        const { bundle, copies } = pristine(`${name}-${at}`, config);
        const base = { env: [...env, "PATH=/usr/sbin:/usr/bin:/sbin:/bin"] };
        const call = (...words: string[]): Step => ({
          ...base,
          argv: [...start, "--root", `${fast}/state-${name}`, ...words],
        });
        const id = `bench-${name}-${at}`;
        return [
          {
            name: label,
            copies,
            steps: [call("create", "-b", bundle, id), call("start", id), call("delete", "-f", id)],
          },
          { name: `${label}: run`, copies, steps: [call("run", "-b", bundle, id)] },
        ];
      });
      const times = await clock(Math.ceil(rounds / 8), cases, name === "crun");
      for (const way of ["", ": run"]) {
        baseline(`bare${way}`, times);
        for (const [label] of variants.slice(1))
          compare(
            `${label}${way}`,
            times,
            `${label === "wrapper, guarded hook" ? "bare, with the hook" : "bare"}${way}`,
          );
      }
    }
  } finally {
    none.remove();
    one.remove();
  }
}

async function commandLine(): Promise<void> {
  heading("command line, over an empty static process");
  const direct = { name: "direct", steps: [{ argv: [emptyRuntime()] }] };
  const version = { name: "hookwright --version", steps: [{ argv: [program("hookwright"), "--version"] }] };
  compare(version.name, await clock(Math.ceil(rounds / 8), [direct, version]), "direct", 15);
}

/** A bundle on tmpfs whose configuration is put back before each turn. */
function pristine(name: string, config: string): { bundle: string; copies: [string, string][] } {
  const bundle = `${fast}/${name}`;
  mkdirSync(bundle, { recursive: true });
  writeFileSync(`${bundle}/pristine.json`, config);
  makeRootfs(`${bundle}/rootfs`);
  return { bundle, copies: [[`${bundle}/pristine.json`, `${bundle}/config.json`]] };
}

function environment(roots: TempRoot): string[] {
  return [`HOOKWRIGHT_ROOT=${roots.root}`];
}
