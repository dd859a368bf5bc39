/** A change of an engine's file that is interrupted, or refused, at each of its system calls: the old file or the new one. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { STATIC_PROGRAM as wrapper } from "../../test/support/definitions.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { disableEngine } from "../commands/engine-disable.ts";
import { enableEngine } from "../commands/engine-enable.ts";
import { primitive } from "../host/bun.ts";
import { bind, nr } from "../linux/primitive.ts";
import { Failure } from "../spec/failure.ts";

const ENOSPC = 28;
const OLD =
  '{\n  "default-runtime": "crun", // ours\n  "runtimes": { "crun": { "path": "/usr/bin/crun" } }\n}\n';
const env = { PATH: process.env.PATH };
const engine = "docker";

let root: TempRoot;
let engineConfig: string;
beforeEach(() => {
  root = tempRoot();
  mkdirSync(`${root.work}/etc`);
  engineConfig = `${root.work}/etc/daemon.json`;
  writeFileSync(engineConfig, OLD);
  bind(primitive);
});
afterEach(() => {
  bind(primitive);
  root.remove();
});

const enable = () => enableEngine(root, { engine, engineConfig, env, wrapper, default: true });
const disable = () => disableEngine(root, { engine, env });
const now = () => readFileSync(engineConfig, "utf8");

/** Runs until the Nth system call: that one is refused, or it and all that follow are, as if nobody were there any more. */
async function broken(how: "refused" | "dead", at: number, work: () => Promise<unknown>): Promise<boolean> {
  let calls = 0;
  bind({
    ...primitive,
    syscall(...words) {
      calls += 1;
      if (how === "refused" ? calls !== at : calls < at) return primitive.syscall(...words);
      // A close that fails has closed all the same, and the kernel closes what a dead process had open.
      if (words[0] === nr.close) primitive.syscall(...words);
      return -ENOSPC;
    },
  });
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  } finally {
    bind(primitive);
  }
  return calls >= at;
}

test.each(["refused", "dead"] as const)(
  "the old file or the new one, and a way on: %s at each system call",
  async (how) => {
    await enable();
    const wanted = now();
    await disable();
    let at = 1;
    while (await broken(how, at, enable)) {
      expect([OLD, wanted]).toContain(now());
      await enable();
      expect(now()).toBe(wanted);
      await broken(how, at, disable);
      expect([OLD, wanted]).toContain(now());
      await disable();
      expect(now()).toBe(OLD);
      at += 1;
    }
    expect(at).toBeGreaterThan(20);
  },
);

/** Calls that change a file system. */
const CHANGING =
  "write,pwrite64,writev,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,truncate,ftruncate,fallocate,fsync,fdatasync,chmod,fchmod,fchmodat,chown,fchown,fchownat,lchown,utimensat,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr";

/** How often each was made on paths of the root: by what strace sees, and by what goes through the primitive. */
function changes(verb: "enable" | "disable"): [seen: object, made: object] {
  const script = `${import.meta.dir}/../../test/support/engine-change.ts`;
  const words = [process.execPath, script, verb, root.root, engine, engineConfig, wrapper, "0"];
  const trace = `${root.work}/trace`;
  const strace = [
    "strace",
    "-f",
    "-y",
    "-qq",
    "--seccomp-bpf",
    "-s",
    "4096",
    "-e",
    `trace=${CHANGING}`,
    "-o",
    trace,
  ];
  const { stdout, exitCode } = Bun.spawnSync([...strace, ...words]);
  expect(exitCode).toBe(0);
  const seen: { [name: string]: number } = {};
  for (const line of readFileSync(trace, "utf8").split("\n")) {
    const [, name = "", rest = ""] = /^\d+ +(\w+)\((.*)$/.exec(line) ?? [];
    if (rest.includes(root.root) && !rest.startsWith("1<")) seen[name] = (seen[name] ?? 0) + 1;
  }
  const all: { [name: string]: number } = JSON.parse(stdout.toString());
  const names = CHANGING.split(",");
  return [seen, Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))];
}

test("every call that changes a file is one of those that are interrupted", () => {
  for (const verb of ["enable", "disable"] as const) {
    const [seen, made] = changes(verb);
    expect(seen).toEqual(made);
    expect(Object.keys(seen)).toEqual(expect.arrayContaining(["write", "fsync", "renameat2"]));
  }
}, 60_000);

async function killed(verb: "enable" | "disable", at: number): Promise<boolean> {
  const script = `${import.meta.dir}/../../test/support/engine-change.ts`;
  const words = [verb, root.root, engine, engineConfig, wrapper, String(at)];
  const child = Bun.spawn([process.execPath, script, ...words], { stdout: "ignore", stderr: "inherit" });
  await child.exited;
  return child.signalCode === "SIGKILL";
}

test("a process that is killed leaves the old file or the new one, and a way on", async () => {
  await enable();
  const wanted = now();
  await disable();
  const killings = [];
  for (const at of [12, 24, 30]) {
    killings.push(await killed("enable", at));
    expect([OLD, wanted]).toContain(now());
    await enable();
    killings.push(await killed("disable", at));
    expect([OLD, wanted]).toContain(now());
    await disable();
    expect(now()).toBe(OLD);
  }
  expect(killings).toContain(true);
}, 60_000);
