/**
 * Profiles against what they are for: under each runtime, of two Debian releases, a recorded container starts again and
 * again, also as another user and without noNewPrivileges; `exec` works in it; and each call that is taken out is missed
 * and named.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { check } from "../../../src/rules/seccomp/check.ts";
import type { Recording } from "../../../src/spec/recording.ts";
import type { JsonObject, RuntimeConfig } from "../../../src/spec/runtime-config.ts";
import type { SeccompProfile } from "../../../src/spec/seccomp.ts";
import { mountBpffs } from "../../support/bpffs.ts";
import { makeBundle, makeRootfs } from "../../support/bundle.ts";
import { built, program } from "../../support/programs.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import {
  hidingHybrid,
  RUNTIMES,
  type RuntimeName,
  run,
  runRuntime,
  runtimePath,
} from "../../support/runtime.ts";
import { buildCalls } from "./recorder-launch.ts";

const CACHE = `${import.meta.dir}/../../../.cache/engines`;
const PROGRAM = ["/bin/sh", "-c", "ls / >/dev/null; sleep 0.05; cat /proc/self/status | grep -q Seccomp"];
const TURNS = 25;
const SYSINFO = process.arch === "x64" ? "99" : "179";
/** test/fixtures/recorder/calls.c, which goes on whatever is refused. */
const CALLS = ["/calls", "socket:1:2", "mkdir", "open:/proc/self/status", "nest", "prctls", SYSINFO];

interface Runtime {
  title: string;
  name: RuntimeName;
  path: string;
}

const others = (existsSync(CACHE) ? readdirSync(CACHE) : []).flatMap((suite) =>
  RUNTIMES.map(
    (name): Runtime => ({ title: `${name} of ${suite}`, name, path: `${CACHE}/${suite}/${name}` }),
  ),
);
const runtimes: Runtime[] = [
  ...RUNTIMES.map((name): Runtime => ({ title: name, name, path: runtimePath(name) })),
  ...others,
];

if (others.length === 0)
  test.skip("runc and crun of another Debian release: scripts/engines did not get them", () => {});

describe.skipIf(!built("hookwright"))("a recorded profile", () => {
  let root: TempRoot;
  let pins = "";

  beforeAll(async () => {
    root = tempRoot();
    await mountBpffs(`${root.work}/bpf`);
    pins = `${root.work}/bpf/hookwright`;
    buildCalls(`${makeRootfs(`${root.work}/rootfs`)}/calls`);
  });
  afterAll(() => root.remove());

  const bundleOf = (name: string, args: string[], tweak: (config: RuntimeConfig) => void) =>
    makeBundle(`${root.work}/${name}`, { args, rootfs: `${root.work}/rootfs`, tweak });
  const call = ({ name, path }: Runtime, ...args: string[]) =>
    runRuntime(name, root.root, args, { via: [path] });
  const read = <T>(file: string): T => JSON.parse(readFileSync(file, "utf8"));
  const nothingPinned = async () =>
    expect((await run(await hidingHybrid(["ls", `${root.work}/bpf`]))).stdout).not.toContain("hookwright");

  /** Records the bundle by the command line. */
  async function record(
    { name, path }: Runtime,
    bundle: string,
  ): Promise<{ profile: SeccompProfile; recording: Recording }> {
    const [profile, recording] = [`${bundle}/profile.json`, `${bundle}/recording.json`];
    const command = [
      ...[program("hookwright"), "seccomp", "record", "--bundle", bundle, "--runtime", path],
      ...["--dialect", "oci", "-o", profile, "--recording", recording],
    ];
    const env = { PATH: process.env.PATH ?? "", HOOKWRIGHT_ROOT: root.root, HOOKWRIGHT_PINS: pins };
    const done = await run(name === "crun" ? await hidingHybrid(command) : command, { env });
    expect([done.code, done.stdout]).toEqual([0, `wrote ${profile}\n`]);
    return { profile: read(profile), recording: read(recording) };
  }

  const ways = [
    { noNewPrivileges: true, uid: 1000 },
    { noNewPrivileges: false, uid: 0 },
  ];
  const cases = runtimes.flatMap((runtime) => ways.map((way) => ({ ...way, runtime, title: runtime.title })));

  test.each(cases)(
    `starts the container ${TURNS} times in a row: $title, noNewPrivileges $noNewPrivileges, uid $uid`,
    async ({ runtime, noNewPrivileges, uid }) => {
      const as = (config: RuntimeConfig) => {
        config.process = { ...config.process, noNewPrivileges, user: { uid, gid: uid } };
      };
      const { profile } = await record(runtime, bundleOf("recorded", PROGRAM, as));
      const confined = (name: string, args: string[]) =>
        bundleOf(name, args, (config) => {
          as(config);
          config.linux = { ...config.linux, seccomp: json(profile) };
        });
      const bundle = confined("again", PROGRAM);
      for (let turn = 0; turn < TURNS; turn++) {
        const again = await call(runtime, "run", "--bundle", bundle, "again");
        expect([turn, again.code, again.stderr]).toEqual([turn, 0, ""]);
      }
      const long = confined("long", ["/bin/sh", "-c", "ls / >/dev/null; sleep 60"]);
      const created = await call(runtime, "create", "--bundle", long, "long");
      const started = await call(runtime, "start", "long");
      expect([created.code, created.stderr, started.code, started.stderr]).toEqual([0, "", 0, ""]);
      const inside = await call(runtime, "exec", "long", "ls", "/bin/busybox");
      expect([inside.code, inside.stdout, inside.stderr]).toEqual([0, "/bin/busybox\n", ""]);
      expect((await call(runtime, "kill", "long", "KILL")).code).toBe(0);
      await call(runtime, "delete", "--force", "long");
      await nothingPinned();
    },
    60_000,
  );

  test.each(runtimes)(
    "lacks a call, and the run names it: $title",
    async (runtime) => {
      const { profile, recording } = await record(
        runtime,
        bundleOf("whole", CALLS, () => {}),
      );
      const target = { arch: process.arch === "arm64" ? "aarch64" : "x86_64", caps: [] } as const;
      const used = recording.calls[target.arch]?.allowed ?? [];
      // Without what the runtime itself needs the container does not start at all.
      const own = used.filter((call) => !NEEDED.includes(call));
      expect(own).toContainValues(["mkdir", "socket", "sysinfo", "unshare", "wait4"]);
      for (const call of own) {
        const narrow = {
          ...profile,
          syscalls: (profile.syscalls ?? []).flatMap((rule) => {
            const names = rule.names.filter((one) => one !== call);
            return names.length === 0 ? [] : [{ ...rule, names }];
          }),
        };
        expect(check(narrow, recording, target).refusals.map((one) => one.name)).toEqual([call]);
        expect([call, await refusedUnder(runtime, narrow, `lacks-${call}`)]).toEqual([
          call,
          expect.arrayContaining([call]),
        ]);
      }
      await nothingPinned();
    },
    120_000,
  );

  /** What the filter refuses while the program runs under it, by the recorder as a hook. */
  async function refusedUnder(runtime: Runtime, seccomp: object, name: string): Promise<string[]> {
    const profile = `${root.work}/refused.json`;
    const hook = {
      path: program("hookwright-record"),
      args: ["hookwright-record", "--profile", profile, "--details", "refused"],
      env: [`HOOKWRIGHT_ROOT=${root.root}`, `HOOKWRIGHT_PINS=${pins}`],
    };
    rmSync(`${root.work}/refused.recording.json`, { force: true });
    const bundle = bundleOf("narrow", CALLS, (config) => {
      config.linux = { ...config.linux, seccomp: json(seccomp) };
      config.hooks = { createRuntime: [hook], poststop: [hook] };
    });
    await call(runtime, "run", "--bundle", bundle, name);
    const recording = read<Recording>(`${root.work}/refused.recording.json`);
    expect(recording.boundary).toBe("own-profile");
    return Object.values(recording.calls).flatMap(({ refused }) => refused);
  }
});

function json(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value));
}

/** Of runc and crun, under noNewPrivileges (src/rules/seccomp/baseline.ts), and of every process. */
const NEEDED =
  "close close_range execve exit exit_group epoll_ctl fcntl fstat fstatfs futex getdents64 getpid openat openat2 rt_sigreturn statx write".split(
    " ",
  );
