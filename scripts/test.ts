/**
 * Runs the groups of tests and adds up their own counts. Three lanes go side by side, since containers mostly wait; tests
 * that hold limits of time go afterwards, in two. A runner that fails without counting a failure (it
 * could not load a file, it crashed) counts as one. Words choose groups by name.
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { Glob } from "bun";

interface Group {
  name: string;
  command: string[];
  env?: { [name: string]: string };
  /** Prepares the group; where it cannot, the group is skipped and the reason said. */
  needs?: string[];
  /** Seconds after which it is ended and begun again. */
  limit?: number;
}

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** Failures named at the end, for whoever sees only that. */
const NAMED = 12;

const BUN = process.execPath;
const ARM64 = { HOST: "dist/arm64/hookwright-host" };
/** One file after the other: containers, cgroups and mounts are the machine's own. */
const WHOLE = [BUN, "test", "--timeout", "120000", "--max-concurrency", "1"];
const IMAGES = ["./test/e2e/images"];
const ENGINES = ["./test/e2e/engines"];
/** Those of the engines that take as long as the others beside the images. */
const CLIENTS = ["clients", "containerd", "podman", "kubernetes-node", "tenancy"].map(
  (name) => `./test/e2e/engines/${name}.test.ts`,
);
const LIMITS = ["./test/e2e/guard", "./test/attacks"];

const unit: Group[] = [
  { name: "unit", command: [BUN, "test", ...unitFiles(), "--timeout", "30000"], limit: 200 },
  { name: "portable", command: ["scripts/portable-tests"] },
  {
    name: "portable-arm64",
    command: ["scripts/portable-tests"],
    env: ARM64,
    needs: ["make", "-s", "build-arm64"],
  },
];
const images: Group = { name: "images", command: [...WHOLE, ...IMAGES] };
const clients: Group = { name: "clients", command: [...WHOLE, ...CLIENTS] };
const engines: Group = {
  name: "engines",
  command: [...WHOLE, ...files("test/e2e/engines/*.test.ts", CLIENTS)],
};
const containers: Group = {
  name: "containers",
  command: [...WHOLE, ...files("{test,hooks}/**/*.test.ts", [...IMAGES, ...ENGINES, ...LIMITS])],
};
/** Each turn begins when the one before is over; its lanes run side by side, the groups of a lane one after the other. */
const TURNS: Group[][][] = [
  [[...unit, containers], [images, engines], [clients]],
  LIMITS.map((path) => [{ name: basename(path), command: [...WHOLE, path] }]),
];

/**
 * The files with tests of `src`, but for those that fork: a child that Bun forked has one thread of Bun's many, and hangs about once
 * in a thousand. They run inside the host program, in the portable group.
 */
function unitFiles(): string[] {
  return files("src/**/*.test.ts").filter((path) => {
    const text = readFileSync(path, "utf8");
    return !(text.includes("portable/api.ts") && /\bfork\(\)/.test(text));
  });
}

/** The files that a pattern names and that are neither one of `others` nor below it, by name. */
function files(pattern: string, others: readonly string[] = []): string[] {
  const all = [...new Glob(pattern).scanSync(".")].map((path) => `./${path}`);
  return all.filter((path) => !others.some((other) => path === other || path.startsWith(`${other}/`))).sort();
}

/** Runs a command; returns its output, and shows each line of it with the group's name as it comes. */
async function run(
  group: string,
  command: string[],
  env: Group["env"] = {},
): Promise<{ code: number; text: string }> {
  const child = Bun.spawn(command, {
    env: { ...process.env, ...env, AGENT: "0", NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  let text = "";
  const show = async (stream: ReadableStream<Uint8Array>) => {
    for await (const line of createInterface({ input: Readable.fromWeb(stream as never) })) {
      text += `${line}\n`;
      process.stdout.write(`${group}: ${line}\n`);
    }
  };
  await Promise.all([show(child.stdout), show(child.stderr)]);
  return { code: await child.exited, text };
}

/** Runs a group; one that outlasts its limit is begun again, twice at most. */
async function runWithin({ name, command, env, limit }: Group): Promise<{ code: number; text: string }> {
  if (limit === undefined) return run(name, command, env);
  const ENDED = 124;
  for (let turn = 1; ; turn++) {
    const done = await run(name, ["timeout", "--kill-after=5", String(limit), ...command], env);
    if ((done.code !== ENDED && done.code !== 137) || turn === 3) return done;
    process.stdout.write(`\n${name}: not done after ${limit} s; once more\n`);
  }
}

/** The count that a runner printed: bun's ` 12 pass` lines, or our `12 passed, 0 failed, 0 skipped`. */
function counted(text: string): Count {
  const last = (pattern: RegExp) => Number([...text.matchAll(pattern)].at(-1)?.[1] ?? 0);
  return {
    passed: last(/^ ?(\d+) pass(?:ed)?\b/gm),
    failed: last(/^ (\d+) fail$/gm) + last(/^\d+ passed, (\d+) failed/gm),
    skipped:
      last(/^ (\d+) skip$/gm) + last(/^ (\d+) todo$/gm) + last(/^\d+ passed, \d+ failed, (\d+) skipped/gm),
  };
}

/** Tests with that outcome; Bun names them again at the end. */
function named(text: string, outcome: "fail" | "skip"): string[] {
  const lines = text.matchAll(new RegExp(`^\\(?${outcome}\\)? (.*?)(?: \\[[\\d.]+m?s\\])?$`, "gm"));
  return [...new Set([...lines].map(([, name = ""]) => name))];
}

const wanted = process.argv.slice(2);
const total: Count = { passed: 0, failed: 0, skipped: 0 };
const skips: string[] = [];
const failures: string[] = [];

/** Runs a group and adds what it counted. */
async function add(group: Group): Promise<void> {
  if (wanted.length > 0 && !wanted.includes(group.name)) return;
  if (group.needs !== undefined && (await run(group.name, group.needs)).code !== 0) {
    total.skipped++;
    skips.push(`${group.name}: ${group.needs.join(" ")} failed, see above`);
    return;
  }
  const began = performance.now();
  const { code, text } = await runWithin(group);
  const count = counted(text);
  if (code !== 0 && count.failed === 0) count.failed = 1;
  if (count.failed > 0) {
    failures.push(`${group.name}: ${count.failed} failed`);
    failures.push(...named(text, "fail").slice(0, NAMED));
  }
  skips.push(...named(text, "skip").map((name) => `${group.name}: ${name}`));
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  process.stdout.write(`== ${group.name}: ${count.passed} passed, ${count.failed} failed, ${seconds} s\n`);
}

for (const lanes of TURNS) {
  await Promise.all(
    lanes.map(async (lane) => {
      for (const group of lane) await add(group);
    }),
  );
}

if (skips.length > 0) process.stdout.write(`\nskipped:\n${skips.map((line) => `  ${line}\n`).join("")}`);
if (failures.length > 0) process.stdout.write(`\nfailed:\n${failures.map((line) => `  ${line}\n`).join("")}`);
const line = `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`;
mkdirSync(".cache", { recursive: true });
writeFileSync(".cache/test-count", `${line}\n`);
process.stdout.write(`\n${line}\n`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
