/**
 * The wrapper is not there (injection.md 9B): what a runtime sees of its caller, and the caller of the runtime, is the
 * same with the wrapper in front. The runtime is a shell script that tells all it can see.
 */

import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { makeBundle } from "../support/bundle.ts";
import { built, program } from "../support/programs.ts";
import { tempRoot } from "../support/root.ts";
import { hidingHybrid, RUNTIMES, run, runRuntime, runtimePath } from "../support/runtime.ts";
import { survivors } from "../support/survivors.ts";

const root = tempRoot();
afterAll(() => root.remove());

const wrapper = program("hookwright-runtime");
const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOOKWRIGHT_ROOT: root.root, ODD: " a\n=b " };

function script(name: string, body: string): string {
  const path = `${root.work}/${name}`;
  writeFileSync(path, `#!/usr/bin/busybox sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** Tells everything that a process has from its caller; descriptor 255 and above are the shell's own. */
const mirror = script(
  "mirror",
  `cat /proc/$$/cmdline | od -An -c; cat /proc/$$/environ | od -An -c
pwd; umask; ulimit -a; cat /proc/$$/oom_score_adj; grep -E '^(Sig(Blk|Ign)|NoNewPrivs)' /proc/$$/status
for fd in 0 3 4 5 6 7 8 9; do readlink /proc/$$/fd/$fd; done; cat`,
);

describe.skipIf(!built("hookwright-runtime"))("the wrapper passes on", () => {
  const both = async (prepare: string, args = "state x", stdin = "input\0\n") => {
    const of = (command: string) =>
      run(["sh", "-c", `${prepare}; exec ${command} ${args}`], { env, stdin, cwd: root.work });
    return [await of(mirror), await of(`${wrapper} --runtime-path ${mirror}`)] as const;
  };
  const alike = async (prepare: string, args?: string) => {
    const [bare, wrapped] = await both(prepare, args);
    expect(wrapped.stdout).toBe(bare.stdout);
    expect(wrapped.stderr).toBe(bare.stderr);
    expect(bare.stdout).toContain("input");
  };

  const rows: [what: string, prepare: string, args?: string][] = [
    ["plain arguments", "true", "--root R --log L state x"],
    ["empty and odd arguments", "true", "state '' ' ' 'a\nb' '*' '\\'"],
    ["arguments that are not UTF-8", "x=$(printf '\\377\\376')", 'state "$x" "a"$x"b"'],
    ["many arguments", "true", `exec c ${"word ".repeat(5000)}`],
    ["our own flag, behind the verb", "true", "exec c --runtime-path /x"],
    ["an environment that is not UTF-8", "export BAD=$(printf '\\377')"],
    ["the working directory", "cd /usr"],
    ["the umask", "umask 027"],
    ["limits", "ulimit -n 512; ulimit -c 0"],
    ["oom_score_adj", "echo 500 > /proc/self/oom_score_adj"],
    ["ignored signals", "trap '' HUP USR1"],
    ["open descriptors", "exec 3</etc/hostname 4>/dev/null 7</etc/passwd"],
  ];
  for (const [what, prepare, args] of rows) test(what, () => alike(prepare, args));

  test.each([0, 1, 7, 125, 126, 127, 255])("exit status %d", async (status) => {
    const path = script(`exit-${status}`, `exit ${status}`);
    expect(await run([wrapper, "--runtime-path", path, "state", "x"], { env })).toMatchObject({
      code: status,
      signal: null,
    });
  });

  test.each(["TERM", "KILL", "SEGV"])("death by SIG%s", async (name) => {
    const path = script(`die-${name}`, `kill -${name} $$; sleep 5`);
    expect(await run([wrapper, "--runtime-path", path, "state", "x"], { env })).toMatchObject({
      code: null,
      signal: `SIG${name}`,
    });
  });

  test("signals, because it is the very process", async () => {
    const path = script(
      "trap",
      "trap 'echo winch' WINCH; trap 'echo usr1' USR1; trap 'echo term; exit 9' TERM; echo ready; while :; do sleep 0.02; done",
    );
    const child = Bun.spawn([wrapper, "--runtime-path", path, "state", "x"], { env, stdout: "pipe" });
    const reader = child.stdout.getReader();
    const next = async () => new TextDecoder().decode((await reader.read()).value).trim();
    expect(await next()).toBe("ready");
    for (const [signal, word] of [
      ["SIGWINCH", "winch"],
      ["SIGUSR1", "usr1"],
      ["SIGTERM", "term"],
    ] as const) {
      child.kill(signal);
      expect(await next()).toBe(word);
    }
    expect(await child.exited).toBe(9);
  });

  test("the parent-death signal", async () => {
    const path = script("sleeper", "exec sleep 50");
    await run(
      ["sh", "-c", `setpriv --pdeathsig KILL ${wrapper} --runtime-path ${path} state x & sleep 0.4`],
      { env },
    );
    expect(await survivors()).toEqual([]);
  });

  test("nothing of its own on stdout or stderr", async () => {
    const path = script("quiet", "exit 0");
    for (const verb of ["state", "kill", "delete", "features", "--version", ""]) {
      expect(await run([wrapper, "--runtime-path", path, verb], { env })).toMatchObject({
        stdout: "",
        stderr: "",
        code: 0,
      });
    }
  });
});

describe.skipIf(!built("hookwright-runc", "hookwright-crun")).each(RUNTIMES)("in front of %s", (name) => {
  const real = runtimePath(name);
  const ours = program(`hookwright-${name}`);
  const asIs = async (command: string[]) => run(await hidingHybrid(command), { env, cwd: root.work });

  test.each([
    ["--version"],
    ["--help"],
    ["features"],
    ["create", "--help"],
    ["nonsense"],
    [],
    ["list"],
    ["state", "nobody"],
    ["kill", "create"],
  ])("%s %s: the same", async (...words) => {
    const args = words.filter((word) => typeof word === "string");
    const [bare, wrapped] = [await asIs([real, ...args]), await asIs([ours, ...args])];
    const timeless = (text: string) => text.replaceAll(/time="[^"]*"/g, "").replaceAll(ours, real);
    expect(wrapped.code).toBe(bare.code);
    expect(wrapped.stdout).toBe(bare.stdout);
    expect(timeless(wrapped.stderr)).toBe(timeless(bare.stderr));
  });

  test("LISTEN_FDS and descriptor 3 reach the container", async () => {
    const bundle = makeBundle(`${root.work}/${name}-listen`, {
      args: ["/bin/sh", "-c", "echo $LISTEN_FDS; cat <&3"],
    });
    const state = `${root.work}/listen-${name}`;
    const line = (runtime: string) =>
      `exec 3<${bundle}/config.json; export LISTEN_FDS=1 LISTEN_PID=$$; exec ${runtime} --root ${state} run --bundle ${bundle} ${name}-listen`;
    const bare = await asIs(["sh", "-c", line(real)]);
    const wrapped = await asIs(["sh", "-c", line(ours)]);
    // crun passes the descriptor and not the variable.
    expect(bare.stdout).toStartWith(name === "runc" ? "1\n{" : "\n{");
    expect(wrapped).toMatchObject({ code: 0, stdout: bare.stdout, stderr: bare.stderr });
  });

  test("stdin and the exit status of a container", async () => {
    const bundle = makeBundle(`${root.work}/${name}-stdin`, { args: ["/bin/sh", "-c", "cat; exit 42"] });
    const done = await runRuntime(name, root.root, ["run", "--bundle", bundle, `${name}-stdin`], {
      via: [ours],
      stdin: "typed",
    });
    expect(done).toMatchObject({ code: 42, stdout: "typed" });
  });

  test("no process of ours beside a running container", async () => {
    const id = `${name}-alone`;
    const bundle = makeBundle(`${root.work}/${id}`, { args: ["/bin/sleep", "100"] });
    const command = await hidingHybrid([
      ours,
      "--root",
      `${root.work}/alone-${name}`,
      "run",
      "--bundle",
      bundle,
      id,
    ]);
    const child = Bun.spawn(command, { env, stdout: "ignore", stderr: "ignore", stdin: "ignore" });
    let names: string[] = [];
    for (let tries = 0; tries < 100 && !names.includes("/bin/sleep"); tries++) {
      await Bun.sleep(30);
      names = (await survivors(0)).map(({ command: line }) => line.split(" ")[0] ?? "");
    }
    expect(names.filter((one) => one.includes("hookwright"))).toEqual([]);
    expect(names.length).toBe(2);
    await run(await hidingHybrid([real, "--root", `${root.work}/alone-${name}`, "delete", "--force", id]));
    await child.exited;
    expect(await survivors()).toEqual([]);
  });
});
