/** The guard by itself, without a runtime and without a plan: endings, checks, what the hook gets, what it leaves. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { built } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { leftovers, survivors } from "../../support/survivors.ts";
import {
  BUSYBOX,
  entryFor,
  events,
  lastEnd,
  lastStart,
  PLAN,
  put,
  STATE,
  shell,
  start,
} from "./guard-direct.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(async () => {
  expect(await survivors()).toEqual([]);
  expect(await leftovers(root.root)).toEqual([]);
  root.remove();
});

describe.skipIf(!built("hookwright-guard"))("the guard", () => {
  test("a hook that succeeds: status 0, no word, a start and an end record", async () => {
    const done = await start(root, shell(root, "echo fine; echo really >&2"));
    expect([done.code, done.stdout, done.stderr]).toEqual([0, "", ""]);
    expect(lastStart(root)).toMatchObject({
      v: 1,
      stage: "createRuntime",
      container: { id: "c0ffee", bundle: "/run/bundle", pid: 4711 },
      plan: `sha256:${PLAN}`,
      runtime: "runc",
      hook: { name: "test", path: "/opt/test-hook" },
      limit_ms: 5000,
    });
    const end = lastEnd(root);
    expect(end).toMatchObject({
      result: "ok",
      exit: 0,
      program: "memfd",
      stdout: { bytes: 5, tail: "fine\n" },
      stderr: { bytes: 7, tail: "really\n" },
    });
    expect(end?.run).toBe(lastStart(root)?.run ?? "none");
    expect(end?.run).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(end?.ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  });

  test.each([
    ["exit 1", 1, "fail", "exit_status"],
    ["exit 200", 200, "fail", "exit_status"],
    ["kill -9 $$", 137, "fail", "signal"],
    ["kill -TERM $$", 143, "fail", "signal"],
  ])("%s ends the guard with %i", async (script, code, result, reason) => {
    const done = await start(root, shell(root, `echo because >&2; ${script}`));
    expect(done.code).toBe(code);
    expect(lastEnd(root)).toMatchObject({ result, reason });
    const lines = done.stderr.trimEnd().split("\n");
    expect(lines[0]).toBe("because");
    expect(lines.at(-1)).toStartWith("hookwright: hook test at createRuntime: ");
    expect(lines.at(-1)).toEndWith(`(hookwright events show ${lastEnd(root)?.run})`);
  });

  test("continue turns a failure into status 0; the record tells the truth", async () => {
    expect((await start(root, shell(root, "exit 3", { onFailure: "continue" }))).code).toBe(0);
    expect(lastEnd(root)).toMatchObject({ result: "fail", exit: 3, onFailure: "continue" });
  });

  test("a missing program is 127, a text without an interpreter 126, a missing loader 127", async () => {
    const entry = entryFor(root, "some text");
    expect((await start(root, entry)).code).toBe(126);
    expect(lastEnd(root)).toMatchObject({ result: "denied", reason: "exec_format" });
    expect((await start(root, entryFor(root, "#!/nonexistent\n"))).code).toBe(127);
    expect(lastEnd(root)).toMatchObject({ result: "error", reason: "loader_missing" });
    const gone = entryFor(root, readFileSync(BUSYBOX), { hook: "a".repeat(64) });
    expect((await start(root, gone)).code).toBe(127);
    expect(lastEnd(root)).toMatchObject({ result: "error", reason: "missing" });
  });

  test("a stored program that was changed does not run, nor does a changed entry", async () => {
    const entry = entryFor(root, readFileSync(BUSYBOX), { args: ["true"] });
    const hook = JSON.parse(readFileSync(entry, "utf8")).hook;
    writeFileSync(`${root.store}/${hook}`, "#!/bin/sh\nexit 0\n");
    expect((await start(root, entry)).code).toBe(126);
    expect(lastEnd(root)).toMatchObject({ result: "denied", reason: "digest_mismatch" });
    writeFileSync(entry, readFileSync(entry, "utf8").replace('"timeout":5', '"timeout":6'));
    expect((await start(root, entry)).code).toBe(126);
    expect(lastEnd(root)).toMatchObject({ result: "denied", reason: "digest_mismatch" });
  });

  test("a store that others can write is refused", async () => {
    const entry = shell(root, "exit 0");
    chmodSync(root.store, 0o777);
    expect((await start(root, entry)).code).toBe(126);
    expect(lastEnd(root)).toMatchObject({ result: "denied", reason: "trust_writable" });
  });

  test("A14: an entry outside the store, and a hook that the definition has in the bundle", async () => {
    const entry = shell(root, "exit 0");
    mkdirSync(`${root.work}/bundle`);
    const copy = `${root.work}/bundle/${entry.slice(entry.lastIndexOf("/") + 1)}`;
    writeFileSync(copy, readFileSync(entry));
    expect((await start(root, copy)).code).toBe(126);
    expect(lastEnd(root)).toMatchObject({ result: "denied", reason: "entry_outside_store" });
    expect((await start(root, shell(root, "exit 0", { path: "/run/bundle/rootfs/hook" }))).code).toBe(126);
    expect(lastEnd(root)).toMatchObject({ result: "denied", reason: "hook_in_bundle" });
  });

  test("namespaces: only the annotation of the engine counts", async () => {
    const entry = shell(root, "exit 0", { namespaces: ["team-a"] });
    const inNamespace = (annotations: object) =>
      start(root, entry, { stdin: JSON.stringify({ ...JSON.parse(STATE), annotations }) });
    expect((await inNamespace({ "io.kubernetes.cri.sandbox-namespace": "team-a" })).code).toBe(0);
    expect(lastEnd(root)?.namespace).toMatchObject({ name: "team-a" });
    expect((await inNamespace({ "io.kubernetes.cri.sandbox-namespace": "team-b" })).code).toBe(126);
    expect(lastEnd(root)?.reason).toBe("scope");
    expect((await inNamespace({ "io.kubernetes.cri-o.Namespace": "team-a" })).code).toBe(126);
    expect((await inNamespace({})).code).toBe(126);
  });

  test("a script runs by its pinned interpreter, arguments in place", async () => {
    const digest = put(root, readFileSync(BUSYBOX));
    const script = '#!/usr/bin/busybox sh\necho "$0|$1|$2"; cat >/dev/null\n';
    const pinned = { path: BUSYBOX, args: ["sh"], digest };
    expect(
      (await start(root, entryFor(root, script, { args: ["x", "a b", "c"], interpreter: pinned }))).code,
    ).toBe(0);
    expect(lastEnd(root)?.stdout.tail).toBe("/proc/self/fd/3|a b|c\n");
    const trusted = { path: BUSYBOX, args: ["sh"] };
    expect((await start(root, entryFor(root, script, { args: ["x"], interpreter: trusted }))).code).toBe(0);
    const loose = `${root.work}/interpreter`;
    writeFileSync(loose, readFileSync(BUSYBOX), { mode: 0o777 });
    chmodSync(loose, 0o777);
    const distrusted = { path: loose, args: ["sh"] };
    expect((await start(root, entryFor(root, script, { interpreter: distrusted }))).code).toBe(126);
    expect(lastEnd(root)?.reason).toBe("trust_writable");
  });

  test("the hook gets its own environment, the state, /, three descriptors, default signals", async () => {
    const look =
      "env; cat; echo; pwd; umask; grep -E '^Sig(Blk|Ign|Cgt)' /proc/self/status; ls /proc/self/fd";
    const entry = shell(root, look, { env: ["ONLY=this"] });
    const inherit = [
      "bash",
      "-c",
      'exec 5</etc/passwd 9>/dev/null; trap "" PIPE INT; umask 077; exec "$@"',
      "-",
    ];
    expect(
      (await start(root, entry, { via: inherit, env: { LD_PRELOAD: "/evil.so", PATH: "/bin" } })).code,
    ).toBe(0);
    const lines = lastEnd(root)?.stdout.tail.split("\n") ?? [];
    expect(lines).toContain("ONLY=this");
    expect(lines.join("\n")).not.toContain("evil");
    const ours = lines.filter((line) => line.startsWith("HOOKWRIGHT_")).sort();
    expect(ours).toEqual([
      expect.stringMatching(/^HOOKWRIGHT_DEADLINE=\d+$/),
      expect.stringMatching(/^HOOKWRIGHT_LEDGER=\/.*\/ledger\/[0-9a-f]{32}\/[0-9a-f]{64}\.0{64}$/),
      "HOOKWRIGHT_STAGE=createRuntime",
    ]);
    expect(lines).toContain(STATE);
    expect(lines).toContain("/");
    expect(lines).toContain("0022");
    for (const field of ["SigBlk", "SigIgn"]) expect(lines).toContain(`${field}:\t0000000000000000`);
    // 3 is the directory that ls itself reads.
    expect(lines.slice(-5)).toEqual(["0", "1", "2", "3", ""]);
  });

  test("a program of its own session, whose parent is not the runtime's child", async () => {
    const entry = shell(
      root,
      "cut -d' ' -f1,5,6 /proc/self/stat; echo $$; exec cut -d' ' -f1,5,6 /proc/self/stat",
    );
    expect((await start(root, entry)).code).toBe(0);
    const [, own = "", own2 = ""] = lastEnd(root)?.stdout.tail.split("\n") ?? [];
    expect(own2).toBe(`${own} ${own} ${own}`);
  });

  test("states in every dialect reach the hook byte for byte", async () => {
    const entry = shell(root, "sha256sum | cut -c1-64");
    const big = JSON.stringify({ ...JSON.parse(STATE), annotations: { a: "x".repeat(240 * 1024) } });
    const bytes = new TextEncoder().encode('{"id":"x","bundle":"/b","annotations":{"k":"\u00ff"}}');
    bytes[bytes.length - 4] = 0xff;
    const dialects = [
      '{"ociVersion":"1.0","id":"x","pid":0,"root":"/r","bundle":"/b","status":"stopped"}',
      "{}",
      '{"id":7,"bundle":null,"pid":-1,"annotations":["x"],"__proto__":{"id":"evil"}}',
      '{"id":"../../etc/x","bundle":"/b\\n{\\"v\\":1}","annotations":{"__proto__":"x","constructor":"y"}}',
      big,
      bytes,
    ];
    for (const stdin of dialects) {
      expect((await start(root, entry, { stdin })).code).toBe(0);
      expect(lastEnd(root)?.stdout.tail.trim()).toBe(createHash("sha256").update(stdin).digest("hex"));
    }
    for (const stdin of ["", "no json", "[]", `${"[".repeat(200_000)}`]) {
      expect((await start(root, entry, { stdin })).code).toBe(126);
      expect(lastEnd(root)?.reason).toBe("state_invalid");
    }
    expect(events(root)).toHaveLength(2 * (dialects.length + 4));
  }, 20_000);

  test("standard input that never ends, and descriptors that are closed", async () => {
    const entry = shell(root, "exit 0", { timeout: 1 });
    const never = await start(root, entry, { via: ["bash", "-c", 'exec "$@" < <(sleep 4)', "-"] });
    expect(never.code).toBe(124);
    expect(never.ms).toBeLessThan(1400);
    expect(lastEnd(root)?.reason).toBe("state_timeout");
    const closed = await start(root, entry, { via: ["bash", "-c", 'exec "$@" >&- 2>&-', "-"] });
    expect(closed.code).toBe(0);
    await survivors(5000);
  });

  test("arguments that are none of ours: 125 and a word of help", async () => {
    for (const stage of ["nowhere", "createRuntime\n"]) {
      const done = await start(root, shell(root, "exit 0"), { stage: stage as "createRuntime" });
      expect(done.code).toBe(125);
      expect(done.stderr).toContain("is no stage");
    }
  });

  test("what a container is called cannot forge a record or reach the terminal", async () => {
    const id = 'x"}\n{"v":1,"kind":"end"}\r\u001b[31m\u2028';
    const done = await start(root, shell(root, `printf '\\033[31mred\\rtrick\\n' >&2; exit 1`), {
      stdin: JSON.stringify({ id, bundle: "/b" }),
    });
    expect(events(root)).toHaveLength(2);
    expect(lastEnd(root)?.container.id).toBe(id);
    expect(lastEnd(root)?.stderr.tail).toBe("\u001b[31mred\rtrick\n");
    expect(done.stderr).toStartWith("?[31mred?trick\nhookwright: ");
  });
});
