/** Promises 1 and 6 of the guard: nothing outlives its time, whatever dies; and no log stops a hook. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { built } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { run } from "../../support/runtime.ts";
import { leftovers, survivors } from "../../support/survivors.ts";
import { command, events, lastEnd, launch, PLAN, put, STATE, shell, start } from "./guard-direct.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(async () => {
  expect(await survivors()).toEqual([]);
  expect(await leftovers(root.root)).toEqual([]);
  root.remove();
});

/** Hides cgroups, so that the tree is held by reaping alone. */
const NO_CGROUP = ["unshare", "-C"];
/** Neither cgroups nor /proc. */
const NO_PROC = [
  "unshare",
  "-m",
  "--propagation",
  "private",
  "sh",
  "-c",
  'mount -t tmpfs none /proc && exec "$@"',
  "-",
];

const TREES: [kind: string, script: string][] = [
  ["hangs", "sleep 60"],
  ["has a grandchild that holds its output", "sleep 60 & sleep 61"],
  ["has a daemon in a session of its own", "setsid sleep 60 & setsid sh -c 'sleep 61 & sleep 62' & sleep 63"],
  [
    "is deaf to SIGTERM",
    "trap '' TERM; setsid sh -c 'trap \"\" TERM; while :; do sleep 1; done' & while :; do sleep 1; done",
  ],
  ["stops itself", "sleep 60 & kill -STOP $!; kill -STOP $$"],
  ["forks 300 processes", "i=0; while [ $i -lt 300 ]; do sleep 60 & i=$((i+1)); done; wait"],
  [
    "forks and dies for ever",
    "f() { sleep 0.005; f & }; i=0; while [ $i -lt 40 ]; do f & i=$((i+1)); done; sleep 60",
  ],
  ["floods", "yes"],
];

describe.skipIf(!built("hookwright-guard"))("the guard's bounds", () => {
  describe.each([
    ["with a cgroup", [], "cgroup"],
    ["without a cgroup", NO_CGROUP, "subreaper"],
    ["without cgroup and /proc", NO_PROC, "subreaper"],
  ] as [string, string[], string][])("%s", (_where, via, tree) => {
    test.each(TREES)(
      "a hook that %s is over 0.25 s after its limit",
      async (_kind, script) => {
        const done = await start(root, shell(root, script, { timeout: 1 }), { via });
        expect(done.code).toBe(124);
        expect(lastEnd(root)).toMatchObject({ result: "timeout", reason: "timeout", tree });
        expect(lastEnd(root)?.killed).toBeGreaterThan(0);
        expect(lastEnd(root)?.dur_ms).toBeLessThan(1250);
        expect(done.ms).toBeLessThan(1350);
        expect(done.stderr).toContain("it ran past its limit of 1 s");
      },
      10_000,
    );

    test("what a hook leaves behind ends with it", async () => {
      const done = await start(root, shell(root, "setsid sleep 60 & sleep 61 & exit 0"), { via });
      expect(done.code).toBe(0);
      expect(done.ms).toBeLessThan(500);
      expect(lastEnd(root)).toMatchObject({ result: "ok", killed: 2 });
    });
  });

  test("a hook that ends well after SIGTERM is late all the same", async () => {
    const done = await start(
      root,
      shell(root, "trap 'exit 0' TERM; while :; do sleep 0.02; done", { timeout: 1 }),
    );
    expect(done.code).toBe(124);
    expect(done.ms).toBeLessThan(1250);
  });

  test("200 MB of output: counted, the end kept, no memory", async () => {
    const script =
      "dd if=/dev/zero bs=1M count=200 2>/dev/null; echo; echo the end; { dd if=/dev/zero bs=1M count=5 2>/dev/null; } >&2";
    const done = await start(root, shell(root, script, { output: 100, timeout: 20 }));
    expect(done.code).toBe(0);
    const end = lastEnd(root);
    expect(end?.stdout.bytes).toBe(200 * 1024 * 1024 + 9);
    expect(end?.stdout.tail).toEndWith("\nthe end\n");
    expect(end?.stdout.tail.length).toBe(100);
    expect(end?.stderr.bytes).toBe(5 * 1024 * 1024);
    expect(done.ms).toBeLessThan(3000);
  }, 20_000);

  test("a state that nobody reads holds nobody up", async () => {
    const stdin = JSON.stringify({ ...JSON.parse(STATE), annotations: { a: "x".repeat(240 * 1024) } });
    const done = await start(root, shell(root, "exec <&-; exit 0"), { stdin });
    expect([done.code, done.ms < 500]).toEqual([0, true]);
  });

  test("detach: a process may stay for its lifetime, holds no pipe of the runtime, and ends then", async () => {
    const script = "setsid sh -c 'trap \"\" TERM; while :; do echo alive; sleep 0.1; done' & exit 0";
    const done = await start(root, shell(root, script, { detach: 1 }), {
      via: ["sh", "-c", '"$@" 2>&1 | cat', "-"],
    });
    expect(done.ms).toBeLessThan(600);
    expect(lastEnd(root)).toMatchObject({ result: "ok", detached: 1 });
    expect((await survivors(0)).length).toBeGreaterThan(0);
    expect(await survivors(1800)).toEqual([]);
  });

  test("detach does not excuse the hook itself", async () => {
    const done = await start(root, shell(root, "sleep 60 & sleep 61", { detach: 5, timeout: 1 }));
    expect([done.code, done.ms < 1350]).toEqual([124, true]);
  });

  describe("the container's budget", () => {
    const record = () => {
      const key = createHash("sha256").update("c0ffee\0/run/bundle").digest("hex").slice(0, 32);
      mkdirSync(root.containers, { recursive: true });
      return `${root.containers}/${key}.json`;
    };

    test("each run adds its time; what is left is the limit", async () => {
      const path = record();
      writeFileSync(path, `${JSON.stringify({ id: "c0ffee", bundle: "/run/bundle", plan: PLAN })}\n`);
      expect((await start(root, shell(root, "sleep 0.2", { budget: 2 }))).code).toBe(0);
      const [, line = ""] = readFileSync(path, "utf8").split("\n");
      expect(JSON.parse(line)).toMatchObject({ stage: "createRuntime", hook: "test" });
      expect(JSON.parse(line).ms).toBeWithin(200, 400);
      appendFileSync(path, `torn {\n${JSON.stringify({ stage: "poststart", hook: "x", ms: 800 })}\n`);
      const slow = await start(root, shell(root, "sleep 60", { budget: 2 }));
      expect(slow.code).toBe(124);
      expect(slow.ms).toBeLessThan(1250);
      const spent = await start(root, shell(root, "touch /never", { budget: 2 }));
      expect(spent.code).toBe(124);
      expect(lastEnd(root)).toMatchObject({ result: "timeout", reason: "budget" });
    });

    test("without a record there is only the hook's own limit, and none is made", async () => {
      const path = record();
      expect((await start(root, shell(root, "exit 0"))).code).toBe(0);
      expect(existsSync(path)).toBe(false);
    });
  });

  describe("kill -9", () => {
    const TREE = "setsid sleep 60 & sleep 61 & sleep 62";

    test("of the guard: the keeper ends the tree and writes the record", async () => {
      const guard = launch(root, shell(root, TREE));
      while (events(root).length === 0) await Bun.sleep(5);
      await Bun.sleep(50);
      guard.kill("SIGKILL");
      await guard.exited;
      expect(await survivors(400)).toEqual([]);
      expect(lastEnd(root)).toMatchObject({ result: "error", reason: "guard_killed" });
      expect(events(root)).toHaveLength(2);
    });

    test.each([
      ["KILL", "keeper_killed", 125],
      ["STOP", "keeper_stopped", 124],
    ])(
      "of the keeper by SIG%s: the guard ends the tree and writes the record",
      async (signal, reason, code) => {
        const done = await start(root, shell(root, `kill -${signal} $PPID; ${TREE}`, { timeout: 1 }));
        expect(done.code).toBe(code);
        expect(done.ms).toBeLessThan(1400);
        expect(lastEnd(root)?.reason).toBe(reason);
        expect(events(root)).toHaveLength(2);
      },
    );

    test("a hook that stops the guard does not stop the container", async () => {
      const script = "kill -STOP $(cut -d' ' -f4 /proc/$PPID/stat); exit 1";
      expect((await start(root, shell(root, script))).code).toBe(1);
    });

    test("at 40 moments: nothing survives, every start has an end", async () => {
      const entry = shell(root, TREE);
      for (let moment = 0; moment < 40; moment++) {
        const guard = launch(root, entry);
        await Bun.sleep(moment / 2);
        guard.kill("SIGKILL");
        await guard.exited;
      }
      expect(await survivors(1000)).toEqual([]);
      const kinds = events(root).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === "end").length).toBe(
        kinds.filter((kind) => kind === "start").length,
      );
      expect(new Set(events(root).map(({ run }) => run)).size).toBe(kinds.length / 2);
    }, 20_000);
  });

  describe("the log", () => {
    test("is made with its directory, 0750 and 0640", async () => {
      expect((await start(root, shell(root, "exit 0"))).code).toBe(0);
      const modes = Bun.spawnSync(["stat", "-c", "%a", root.log, root.events]).stdout.toString();
      expect(modes).toBe("750\n640\n");
    });

    test.each([
      ["a link", () => symlinkSync(`${root.work}/victim`, root.events)],
      ["a directory", () => mkdirSync(root.events)],
      ["a fifo", () => Bun.spawnSync(["mkfifo", root.events])],
      ["writable by others", () => Bun.spawnSync(["install", "-m", "666", "/dev/null", root.events])],
      ["in a directory that others write", () => chmodSync(root.log, 0o777)],
      ["in a directory that is immutable", () => Bun.spawnSync(["chattr", "+i", root.log])],
    ])("is %s: the hook's status decides, the loss is counted", async (_kind, spoil) => {
      mkdirSync(root.log, { recursive: true, mode: 0o750 });
      writeFileSync(`${root.work}/victim`, "precious");
      const [fine, failing] = [shell(root, "exit 0"), shell(root, "exit 7")];
      spoil();
      expect((await start(root, fine)).code).toBe(0);
      expect((await start(root, failing)).code).toBe(7);
      expect(readFileSync(`${root.work}/victim`, "utf8")).toBe("precious");
      Bun.spawnSync(["chattr", "-i", root.log]);
      rmSync(root.log, { recursive: true });
      expect((await start(root, fine)).code).toBe(0);
      expect(lastEnd(root)).toMatchObject({ result: "ok", dropped: 4 });
    });

    test("full: records are lost and counted, later ones are whole", async () => {
      mkdirSync(root.log, { recursive: true });
      Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=4k,mode=0750", "tmpfs", root.log]);
      const entry = shell(root, "exit 0");
      for (let turn = 0; turn < 6; turn++) expect((await start(root, entry)).code).toBe(0);
      Bun.spawnSync(["mount", "-o", "remount,size=1m", root.log]);
      expect((await start(root, entry)).code).toBe(0);
      const lines = readFileSync(root.events, "utf8").split("\n");
      const whole = lines.filter((line) => line.startsWith("{") && line.endsWith("}"));
      expect(JSON.parse(whole.at(-1) ?? "").dropped).toBe(14 - whole.length);
      Bun.spawnSync(["umount", root.log]);
    });

    test("32 writers and a rotation every few records: none lost, none torn", async () => {
      const entry = shell(root, "exit 0", { events: { maxBytes: 20_000, keep: 200 } });
      const turns = Array.from({ length: 32 }, async () => {
        for (let turn = 0; turn < 6; turn++) expect((await start(root, entry)).code).toBe(0);
      });
      await Promise.all(turns);
      const files = readdirSync(root.log).filter((name) => name.startsWith("events.jsonl"));
      expect(files.length).toBeGreaterThan(5);
      const lines = files.flatMap((name) =>
        readFileSync(`${root.log}/${name}`, "utf8").split("\n").filter(Boolean),
      );
      expect(lines).toHaveLength(32 * 6 * 2);
      for (const line of lines) JSON.parse(line);
    }, 60_000);

    test("keeps no more files than it is told", async () => {
      const entry = shell(root, "exit 0", { events: { maxBytes: 1000, keep: 2 } });
      for (let turn = 0; turn < 5; turn++) expect((await start(root, entry)).code).toBe(0);
      expect(readdirSync(root.log).sort()).toEqual(["events.jsonl", "events.jsonl.1", "events.jsonl.2"]);
    });
  });

  test("collect: true lines go to the log, forged ones are counted, the spool goes away", async () => {
    const key = "ab".repeat(32);
    const spool = `${root.spool}/0123456789abcdef`;
    mkdirSync(spool, { recursive: true });
    Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", spool]);
    const hmac = (text: string) =>
      new Bun.CryptoHasher("sha256", Buffer.from(key, "hex")).update(text).digest("hex");
    const event = JSON.stringify({ v: 1, kind: "start", run: "r", container: { id: "c" } });
    const forged = JSON.stringify({ v: 1, kind: "end", run: "r", result: "ok" });
    writeFileSync(
      `${spool}/events`,
      `${hmac(event)} ${event}\n${hmac(event)} ${forged}\n${hmac(event)} ${event}\nx\n`,
    );
    const [guard = ""] = command("");
    const env = { HOOKWRIGHT_ROOT: root.root, HOOKWRIGHT_KEY: key };
    put(root, "");
    const done = await run([guard, "collect", spool, PLAN], { env, stdin: STATE });
    expect([done.code, done.stderr]).toEqual([0, ""]);
    expect(events(root)).toMatchObject([{ run: "r", kind: "start", spooled: true }]);
    expect(existsSync(spool)).toBe(false);
    expect(readFileSync(`${root.run}/dropped`).length).toBe(2);
  });

  test("8 MiB of memory and 12 processes are enough", async () => {
    const name = `hookwright-test-${process.pid}`;
    const groups = ["memory", "pids"].map((controller) => `/sys/fs/cgroup/${controller}/${name}`);
    if (!existsSync("/sys/fs/cgroup/memory/memory.limit_in_bytes")) return;
    for (const group of groups) mkdirSync(group, { recursive: true });
    try {
      writeFileSync(`${groups[0]}/memory.limit_in_bytes`, String(8 << 20));
      writeFileSync(`${groups[1]}/pids.max`, "12");
      const join = groups.map((group) => `echo 0 > ${group}/cgroup.procs`).join("; ");
      const via = ["sh", "-c", `${join}; exec "$@"`, "-"];
      expect((await start(root, shell(root, "cat | wc -c"), { via })).code).toBe(0);
      const flood = await start(root, shell(root, "dd if=/dev/zero bs=64k count=1000 2>/dev/null"), { via });
      expect(flood.code).toBe(0);
      expect(lastEnd(root)?.stdout.bytes).toBe(65536 * 1000);
    } finally {
      for (const group of groups) Bun.spawnSync(["rmdir", group]);
    }
  });
});
