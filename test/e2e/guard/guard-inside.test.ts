/** The guard where little is to be had: inside a container without /proc, without rights, with executable memfds forbidden. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { makeRootfs } from "../../support/bundle.ts";
import { built, program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { run } from "../../support/runtime.ts";
import { leftovers, survivors } from "../../support/survivors.ts";
import { BUSYBOX, entryFor, lastEnd, PLAN, put, STATE, shell, start } from "./guard-direct.ts";

const KEY = "5a".repeat(32);

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(async () => {
  expect(await survivors()).toEqual([]);
  expect(await leftovers(root.root)).toEqual([]);
  root.remove();
});

/** Runs an entry in a root file system of three mounts: the guard and the store's files, read-only, and the spool's file. */
async function inside(entry: string, wrap: string[] = []) {
  const rootfs = `${root.work}/rootfs`;
  const store = `${rootfs}/.hookwright`;
  makeRootfs(rootfs);
  mkdirSync(store, { recursive: true });
  writeFileSync(`${rootfs}/dev/null`, "", { mode: 0o666 });
  Bun.spawnSync(["cp", "-a", `${root.store}/.`, store]);
  copyFileSync(program("hookwright-host"), `${store}/hookwright-guard`);
  writeFileSync(`${store}/spool`, "");
  chmodSync(`${store}/spool`, 0o622);
  const at = `/.hookwright/${entry.slice(entry.lastIndexOf("/") + 1)}`;
  const words = ["/.hookwright/hookwright-guard", at, "startContainer", PLAN, "runc"];
  const done = await run(["unshare", "-mpf", "/usr/sbin/chroot", ...wrap, rootfs, ...words], {
    env: { HOOKWRIGHT_ROOT: root.root, HOOKWRIGHT_SPOOL: "/.hookwright/spool", HOOKWRIGHT_KEY: KEY },
    stdin: STATE,
  });
  const lines = readFileSync(`${store}/spool`, "utf8").split("\n").filter(Boolean);
  for (const line of lines) {
    const key = new Bun.CryptoHasher("sha256", Buffer.from(KEY, "hex"));
    expect(line.slice(0, 64)).toBe(key.update(line.slice(65)).digest("hex"));
  }
  return { ...done, events: lines.map((line) => JSON.parse(line.slice(65))) };
}

describe.skipIf(!built("hookwright-guard"))("inside a container", () => {
  test.each([
    ["as root", []],
    ["as a user without rights", ["--userspec=1000:1000"]],
  ] as [string, string[]][])(
    "%s, without /proc: the hook runs, signed records go to the spool",
    async (_who, wrap) => {
      const done = await inside(shell(root, "cat; id -u >&2; exit 0"), wrap);
      expect([done.code, done.stderr]).toEqual([0, ""]);
      expect(done.events).toMatchObject([
        { kind: "start", stage: "startContainer" },
        { kind: "end", result: "ok", tree: "subreaper", stdout: { tail: STATE } },
      ]);
    },
  );

  test("without /proc, a tree of sessions ends with its hook's time", async () => {
    const script = "setsid sleep 60 & setsid sh -c 'setsid sleep 61 & sleep 62' & sleep 63";
    const done = await inside(shell(root, script, { timeout: 1 }), ["--userspec=1000:1000"]);
    expect(done.code).toBe(124);
    expect(done.ms).toBeLessThan(1500);
    expect(done.events[1]).toMatchObject({ result: "timeout", reason: "timeout" });
    expect(done.events[1].killed).toBeGreaterThanOrEqual(4);
  });

  test("a script without /proc runs from the store, by a pinned interpreter", async () => {
    const interpreter = { path: "/bin/busybox", args: ["sh"], digest: put(root, readFileSync(BUSYBOX)) };
    const script = '#!/bin/busybox sh\necho "$0 $1"\n';
    const done = await inside(entryFor(root, script, { args: ["x", "y"], interpreter }));
    expect(done.code).toBe(0);
    expect(done.events[1]).toMatchObject({
      program: "store",
      stdout: { tail: expect.stringMatching(/^\/\.hookwright\/[0-9a-f]{64} y\n$/) },
    });
  });

  test("a program that was exchanged is refused by its digest", async () => {
    const entry = shell(root, "exit 0");
    const { hook } = JSON.parse(readFileSync(entry, "utf8"));
    writeFileSync(`${root.store}/${hook}`, "something else");
    const done = await inside(entry);
    expect(done.code).toBe(126);
    expect(done.events[1]).toMatchObject({ result: "denied", reason: "digest_mismatch" });
  });
});

describe.skipIf(!built("hookwright-guard"))("executable memfds are forbidden (vm.memfd_noexec=2)", () => {
  const FORBID = [
    "unshare",
    "-pf",
    "--mount-proc",
    "sh",
    "-c",
    'echo 2 > /proc/sys/vm/memfd_noexec && exec "$@"',
    "-",
  ];

  test("the store's file itself runs, and the record says so", async () => {
    const done = await start(root, shell(root, "cat >/dev/null"), { via: FORBID });
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(lastEnd(root)).toMatchObject({ result: "ok", program: "store" });
  });

  test("its content is checked all the same", async () => {
    const entry = shell(root, "exit 0");
    const { hook } = JSON.parse(readFileSync(entry, "utf8"));
    writeFileSync(`${root.store}/${hook}`, "something else");
    expect((await start(root, entry, { via: FORBID })).code).toBe(126);
    expect(lastEnd(root)).toMatchObject({ result: "denied", reason: "digest_mismatch" });
  });
});
