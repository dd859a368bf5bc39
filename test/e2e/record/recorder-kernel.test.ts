/**
 * The recorder's kernel side under real programs: what each container did, all of it and nothing else, whatever races,
 * nests or overlaps.
 */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { mountNamespace } from "../../../src/linux/mount-namespace.ts";
import { decodeSnapshot, type RawRecording } from "../../../src/record/decode.ts";
import { refusalsIn } from "../../../src/record/refusals.ts";
import { register } from "../../../src/record/register.ts";
import { read } from "../../../src/record/snapshot.ts";
import {
  allowed,
  type Bench,
  bench,
  create,
  finish,
  nothingLeft,
  record,
  refused,
  runsI386,
  settle,
} from "./recorder-launch.ts";

const X86 = process.arch === "x64";
/** Calls of `marks()` in calls.c, and others that do nothing when they are called with -1. */
const SYSINFO = X86 ? 99 : 179;
const GETPGID = X86 ? 121 : 155;
const TIMERFD_CREATE = X86 ? 283 : 85;
const EXIT_GROUP = X86 ? 231 : 94;
const EXECVE = X86 ? 59 : 221;
const MKDIR = X86 ? 83 : 34;
const UNSHARE = X86 ? 272 : 97;
const PRCTL = X86 ? 157 : 167;
const SOCKET = X86 ? 41 : 198;
/** launcher.c: before the filter, and after it. */
const GETITIMER = X86 ? 36 : 102;
const TIMES = X86 ? 100 : 153;
const MARKS = X86
  ? [97, 118, 120, 124, 125, 140, 143, 145, 146, 147, 148, 309]
  : [163, 148, 150, 156, 90, 141, 121, 120, 125, 126, 127, 168];

/** Whether `int $0x80` is a call here: some virtual machines have no 32-bit gate, whatever the kernel's configuration says. */
const NO_I386 = X86 && !runsI386() ? " (skipped: this machine runs no 32-bit code)" : "";

let b: Bench;
beforeAll(() => {
  b = bench();
});
afterEach(() => settle(b));
afterAll(() => b.root.remove());

describe("what is recorded", () => {
  test("100 children that race their parent's end: not one call is lost", async () => {
    const incomplete: number[][] = [];
    for (let i = 0; i < 100; i++) {
      const seen = allowed(await record(b, {}, "race"));
      const missing = [SYSINFO, GETPGID, TIMERFD_CREATE, EXIT_GROUP].filter((nr) => !seen.includes(nr));
      if (missing.length > 0) incomplete.push(missing);
    }
    expect(incomplete).toEqual([]);
    nothingLeft(b);
  }, 60_000);

  test("threads that outlive the first one", async () => {
    expect(allowed(await record(b, {}, "thread"))).toContainValues([SYSINFO, GETPGID, TIMERFD_CREATE]);
  });

  test("a mount namespace within the container's, and its own children", async () => {
    const seen = allowed(await record(b, {}, "nest", String(MARKS[0])));
    expect(seen).toContainValues([UNSHARE, SYSINFO, GETPGID, TIMERFD_CREATE, MARKS[0]]);
  });

  test("a first process that leaves the namespace that was registered", async () => {
    expect(allowed(await record(b, {}, "leave", String(SYSINFO)))).toContain(SYSINFO);
  });

  test.if(X86)("x32 calls, under their own ABI", async () => {
    const recording = await record(b, {}, "0x40000079");
    expect(of(recording, "x32")).toEqual([GETPGID]);
    expect(of(recording, "x86_64")).not.toContain(GETPGID);
    expect(recording.outOfRange).toBe(0);
  });

  test.skipIf(!X86 || NO_I386 !== "")(`i386 calls, under their own ABI${NO_I386}`, async () => {
    const recording = await record(b, {}, "int80:20", "int80:64", "int80:224");
    expect(of(recording, "i386")).toEqual([20, 64, 224]);
    for (const nr of [20, 64, 224]) expect(of(recording, "x86_64")).not.toContain(nr);
    expect(recording.outOfRange).toBe(0);
  });

  test("where the kernel tells no id of a namespace: by its inode, and by what was seen first under it", async () => {
    const one = await create(b, "allow", String(SYSINFO), "nest");
    const { inode } = mountNamespace(one.pid);
    const key = new Uint8Array(8);
    new DataView(key.buffer).setUint32(0, inode, true);
    const namespace = { key, inode, unique: false };
    const wish = { boundary: "permissive", options: {}, namespace } as const;
    const registration = await register(b.place, { ...wish, pid: one.pid });
    one.go();
    await one.ended();
    const before = allowed(decodeSnapshot(read(b.place, registration)!, "permissive"));
    expect(before).toContainValues([SYSINFO, UNSHARE, TIMERFD_CREATE]);
    // The inode's number is soon another namespace's.
    for (let i = 0; i < 20; i++) {
      const other = await create(b, "allow", String(MARKS[0]));
      other.go();
      await other.ended();
    }
    expect(allowed(finish(b, registration, "permissive"))).toEqual(before);
    nothingLeft(b);
  });

  test("pids that are not the machine's: the first process is known all the same", async () => {
    const ran = Bun.spawnSync([
      ...[
        "unshare",
        "-p",
        "-f",
        "--mount-proc",
        process.execPath,
        CHILD,
        b.place.pins,
        b.place.lock,
        "nested",
      ],
      ...[b.launcher, b.calls],
    ]);
    const told = JSON.parse(ran.stdout.toString());
    expect(told.execed).toBe(true);
    expect(allowed(told)).toContain(99);
    expect(allowed(told)).not.toContain(TIMES);
    nothingLeft(b);
  });

  test("numbers that are beyond every table are counted", async () => {
    expect((await record(b, {}, "5000", "5000", "639")).outOfRange).toBe(2);
  });

  test("since the filter, since the first exec, or all of it", async () => {
    const permissive = allowed(await record(b, { boundary: "permissive" }, String(SYSINFO)));
    expect(permissive).toContainValues([TIMES, EXECVE, SYSINFO]);
    expect(permissive).not.toContain(GETITIMER);
    const exec = await record(b, { boundary: "exec", filter: "none" }, String(SYSINFO));
    expect(exec.execed).toBe(true);
    expect(allowed(exec)).toContain(SYSINFO);
    expect(allowed(exec)).not.toContain(TIMES);
    expect(allowed(exec)).not.toContain(EXECVE);
    const all = allowed(await record(b, { boundary: "attach", filter: "none" }, String(SYSINFO)));
    expect(all).toContainValues([GETITIMER, TIMES, EXECVE, SYSINFO]);
    const unfiltered = await record(b, { boundary: "permissive", filter: "none" }, String(SYSINFO));
    expect(unfiltered.calls).toEqual([]);
  });

  test("what a filter refuses is seen, and is not among what it allows", async () => {
    const options = { refused: true, arguments: true };
    const recording = await record(b, { filter: `errno:${MKDIR}`, options }, "mkdir", String(SYSINFO));
    expect(refused(recording)).toEqual([MKDIR]);
    expect(allowed(recording)).not.toContain(MKDIR);
    expect(allowed(recording)).toContain(SYSINFO);
    const healthy = await record(b, { options }, "race", "nest", "thread");
    expect(refused(healthy)).toEqual([]);
  });

  test("also what it answers with death", async () => {
    const recording = await record(
      b,
      { filter: `kill:${MKDIR}`, options: { refused: true } },
      "0x27",
      "mkdir",
    );
    expect(refused(recording)).toEqual([MKDIR]);
    expect(allowed(recording)).not.toContain(MKDIR);
  });

  test.each(["errno", "kill"])("all registers of what a filter refuses by %s, and texts", async (answer) => {
    const container = await create(b, `${answer}:${MKDIR}`, "mkdir", "mkdir");
    const options = { refused: true, registers: true };
    const registration = await register(b.place, { pid: container.pid, boundary: "permissive", options });
    container.go();
    await container.ended();
    const refusals = refusalsIn(read(b.place, registration)!);
    finish(b, registration, "permissive");
    const at = X86 ? 0 : 1;
    expect(refusals).toHaveLength(1);
    expect(refusals[0]).toMatchObject({ nr: MKDIR, abi: X86 ? "x86_64" : "aarch64" });
    expect(refusals[0]?.texts[at]).toEqual({ text: "/nowhere/at-all", cut: false });
    expect(refusals[0]?.registers[at + 1]).toBe(0o700n);
    nothingLeft(b);
  });

  test("nobody asked: what is refused is not looked for", async () => {
    expect(refused(await record(b, { filter: `errno:${MKDIR}` }, "mkdir"))).toEqual([]);
  });

  test("a filter's refusal of arguments; values, and that there were too many", async () => {
    const options = { refused: true, arguments: true };
    const recording = await record(b, { filter: `errno:${SOCKET}`, options }, "socket:2:2", "prctls");
    const of = (nr: number, index: number) =>
      recording.arguments.find((one) => one.nr === nr && one.index === index);
    expect(of(SOCKET, 0)).toMatchObject({ values: [2], refused: true, more: false });
    expect(of(SOCKET, 1)).toMatchObject({ values: [2], refused: true });
    expect(of(PRCTL, 0)?.more).toBe(true);
    expect(of(PRCTL, 0)?.values).toHaveLength(16);
    const other = await record(b, { options }, "socket:1:2", "socket:16:3", "socket:16:3");
    const domains = other.arguments.find((one) => one.nr === SOCKET && one.index === 0);
    expect(domains).toMatchObject({ values: [1, 16], refused: false, more: false });
  });

  test("capabilities, files and addresses, since the container's own program", async () => {
    const options = { capabilities: true, files: true, addresses: true };
    const recording = await record(
      b,
      { options },
      "open:/etc/hostname",
      "open:/nowhere",
      "connect:9",
      "nest",
    );
    expect(recording.files).toEqual([{ path: "/etc/hostname", access: "r", cut: false }]);
    expect(recording.addresses).toEqual([{ family: "ipv4", address: "127.0.0.1", port: 9 }]);
    const CAP_SYS_ADMIN = 21;
    expect(recording.capabilities.used).toEqual([CAP_SYS_ADMIN]);
    const plain = await record(b, { options }, "race");
    expect(plain.capabilities).toEqual({ used: [], refused: [] });
    expect(plain.files).toEqual([]);
    const CAP_SYS_CHROOT = 18;
    const all = await record(b, { options, boundary: "attach" }, "race");
    expect(all.capabilities.used).toContain(CAP_SYS_CHROOT);
    expect(all.files).toContainEqual({ path: "/etc/passwd", access: "r", cut: false });
  });
});

test("what overlayfs needs in its mounter's name is not the container's", async () => {
  const dirs = ["lower", "upper", "scratch", "merged"].map((name) => `${b.root.work}/overlay/${name}`);
  for (const dir of dirs) mkdirSync(dir, { recursive: true });
  const [lower, upper, scratch, merged] = dirs;
  writeFileSync(`${lower}/file`, "");
  const how = `lowerdir=${lower},upperdir=${upper},workdir=${scratch}`;
  expect(Bun.spawnSync(["mount", "-t", "overlay", "overlay", "-o", how, `${merged}`]).exitCode).toBe(0);
  const recording = await record(
    b,
    { options: { capabilities: true, files: true } },
    `append:${merged}/file`,
  );
  expect(recording.files).toEqual([{ path: `${merged}/file`, access: "w", cut: false }]);
  expect(recording.capabilities).toEqual({ used: [], refused: [] });
});

function of(recording: RawRecording, wanted: string): number[] | undefined {
  return recording.calls.find(({ abi }) => abi === wanted)?.allowed;
}

const CHILD = `${import.meta.dir}/recorder-child.ts`;
