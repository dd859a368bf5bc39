/** The recorder as a guest of the machine: what it costs, what it leaves behind when it is killed, and when it is refused. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { objectInfo, openPinned } from "../../../src/linux/bpf.ts";
import { close } from "../../../src/linux/descriptor.ts";
import { decodeSnapshot } from "../../../src/record/decode.ts";
import type { RecorderPlace } from "../../../src/record/place.ts";
import { reap } from "../../../src/record/reap.ts";
import { register } from "../../../src/record/register.ts";
import type { Registration } from "../../../src/record/registration.ts";
import { read } from "../../../src/record/snapshot.ts";
import { unregister } from "../../../src/record/unregister.ts";
import {
  allowed,
  type Bench,
  bench,
  create,
  finish,
  nothingLeft,
  record,
  settle,
} from "./recorder-launch.ts";

const X86 = process.arch === "x64";
const SYSINFO = X86 ? 99 : 179;
const MARKS = X86 ? [97, 118] : [163, 148];
const CHILD = `${import.meta.dir}/recorder-child.ts`;

let b: Bench;
beforeAll(() => {
  b = bench();
});
afterEach(() => settle(b));
afterAll(() => b.root.remove());

describe("what it leaves and what it costs", () => {
  test("a look at a running container takes nothing away", async () => {
    const container = await create(b, "allow", String(MARKS[0]), "wait", String(MARKS[1]));
    const wish = { pid: container.pid, boundary: "permissive", options: {} } as const;
    const registration = await register(b.place, wish);
    container.go();
    await Bun.sleep(30);
    const before = allowed(decodeSnapshot(read(b.place, registration)!, "permissive"));
    expect(before).toContain(MARKS[0] as number);
    expect(before).not.toContain(MARKS[1] as number);
    container.go();
    await container.ended();
    expect(allowed(finish(b, registration, "permissive"))).toContainValues([...before, MARKS[1] as number]);
  });

  test("10 containers cost a call about as much as one, and nothing stays when they have ended", async () => {
    const off = Math.min(cost(), cost());
    const containers = await Promise.all(Array.from({ length: 10 }, () => create(b, "allow", "wait")));
    const registrations: Registration[] = [];
    for (const { pid } of containers)
      registrations.push(await register(b.place, { pid, boundary: "permissive", options: {} }));
    const on = Math.min(cost(), cost(), cost());
    expect(on / off).toBeLessThan(1.7);
    const programs = programsOf(b.place);
    expect(programs.length).toBe(3);
    for (const registration of registrations) unregister(b.place, registration);
    nothingLeft(b);
    for (const container of containers) container.kill();
    await Promise.all(containers.map((container) => container.ended()));
    // The kernel takes programs away a moment after their names.
    for (let i = 0; i < 50 && alive(programs).length > 0; i++) await Bun.sleep(100);
    expect(alive(programs)).toEqual([]);
    expect(Math.min(cost(), cost(), cost())).toBeLessThan(off + (on - off) / 2);
  }, 60_000);

  test("a container that nobody gave back is found, and with the last one the programs go", async () => {
    const container = await create(b, "allow", String(SYSINFO));
    const registration = await register(b.place, {
      pid: container.pid,
      boundary: "permissive",
      options: { refused: true },
    });
    expect(reap(b.place, 0)).toBe(0);
    container.go();
    await container.ended();
    // Whoever has yet to read it has some minutes.
    expect(reap(b.place)).toBe(0);
    expect(read(b.place, registration)).not.toBeNull();
    expect(reap(b.place, 0)).toBe(1);
    expect(read(b.place, registration)).toBeNull();
    nothingLeft(b);
  });

  test("what is left half made is taken away by the next that comes", async () => {
    mkdirSync(`${b.place.pins}-loading`);
    mkdirSync(b.place.pins);
    mkdirSync(`${b.place.pins}/more`);
    expect(allowed(await record(b, {}, String(SYSINFO)))).toContain(SYSINFO);
    nothingLeft(b);
    mkdirSync(`${b.place.pins}-loading`);
    expect(reap(b.place)).toBe(0);
    nothingLeft(b);
  });

  test("killed at any moment, it leaves nothing that the next does not find", async () => {
    for (let i = 0; i < 20; i++) {
      const container = await create(b, "allow", "wait");
      const recorder = Bun.spawn(
        [process.execPath, CHILD, b.place.pins, b.place.lock, String(container.pid)],
        {
          stdout: "pipe",
          stderr: "inherit",
        },
      );
      await recorder.stdout.getReader().read();
      await Bun.sleep(i * 5);
      recorder.kill(9);
      await recorder.exited;
      container.kill();
      await container.ended();
      // Every other time the dead one's remains are met by somebody who records.
      if (i % 2) expect(allowed(await record(b, {}, String(SYSINFO)))).toContain(SYSINFO);
    }
    reap(b.place, 0);
    nothingLeft(b);
  }, 60_000);
});

describe("why it is refused, at once and in a sentence", () => {
  test("without the right to load programs", async () => {
    const container = await create(b, "none", "wait");
    const told = quickest([
      ...["setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon", "--inh-caps=-all", process.execPath],
      ...[CHILD, b.place.pins, b.place.lock, `once:${container.pid}`],
    ]);
    container.kill();
    await container.ended();
    expect(told).toMatchObject({
      code: "recorder_not_permitted",
      message: "record system calls: the kernel does not permit it (EPERM)",
    });
    expect(told.ms).toBeLessThan(200);
    nothingLeft(b);
  });

  test("with all capabilities of a user namespace of one's own, as a rootless engine has them", () => {
    const told = quickest([
      ...["unshare", "--user", "--map-root-user", process.execPath],
      ...[CHILD, b.place.pins, b.place.lock, "load"],
    ]);
    expect(told).toMatchObject({ code: "recorder_not_permitted" });
    expect(told.hint).toContain("in the machine's first user namespace");
    expect(told.ms).toBeLessThan(200);
    nothingLeft(b);
  });

  test("without a bpffs", async () => {
    const container = await create(b, "none", "wait");
    const place = { ...b.place, pins: `${b.root.work}/hookwright` };
    const started = performance.now();
    const refused = await register(place, { pid: container.pid, boundary: "attach", options: {} }).catch(
      (error: unknown) => error,
    );
    expect(performance.now() - started).toBeLessThan(200);
    expect(refused).toMatchObject({
      code: "recorder_no_bpffs",
      message: `record system calls in ${b.root.work}: no bpf file system is mounted there`,
      hint: `mount it: mount -t bpf bpf ${b.root.work}`,
    });
    expect(existsSync(place.pins)).toBe(false);
    container.kill();
    await container.ended();
  });

  test.each([
    ["mount -t tmpfs none /sys/kernel/btf", "recorder_no_btf"],
    [
      "mount -t tmpfs none /sys/kernel/security && echo 'none integrity [confidentiality]' >/sys/kernel/security/lockdown",
      "recorder_lockdown",
    ],
  ])("where the kernel lacks what it takes: %s", (change, code) => {
    const ran = Bun.spawnSync([
      "unshare",
      "-m",
      "sh",
      "-c",
      `${change} && exec "$@"`,
      "-",
      process.execPath,
      CHILD,
      code,
    ]);
    const told = JSON.parse(ran.stdout.toString());
    expect(told).toMatchObject({ code });
    expect(told.message).toStartWith("record system calls: ");
  });
});

/** What recorder-child.ts is told, the quickest time of three: the machine may be busy with something else. */
function quickest(command: string[]): { code: string; message: string; hint: string; ms: number } {
  const told = [1, 2, 3].map(() => JSON.parse(Bun.spawnSync(command).stdout.toString()));
  return told.reduce((best, one) => (one.ms < best.ms ? one : best));
}

/** Nanoseconds of a getppid, outside of every container. */
function cost(): number {
  return Number(Bun.spawnSync([b.calls, "cost:2"]).stdout.toString());
}

/** Numbers of the programs that the pinned links keep. */
function programsOf(place: RecorderPlace): number[] {
  const links = readdirSync(place.pins).filter((name) => name.startsWith("link-"));
  return links.map((name) => {
    const link = openPinned(`${place.pins}/${name}`);
    // struct bpf_link_info: u32 type, id, prog_id.
    const info = new Uint8Array(64);
    objectInfo(link, info);
    close(link);
    return new DataView(info.buffer).getUint32(8, true);
  });
}

/** Those of them that the kernel still has, as far as bpftool is there to tell. */
function alive(programs: number[]): number[] {
  const bpftool = Bun.which("bpftool", { PATH: "/usr/sbin:/usr/bin" });
  if (bpftool === null) return [];
  const all: { id: number }[] = JSON.parse(Bun.spawnSync([bpftool, "-j", "prog"]).stdout.toString() || "[]");
  return all.map(({ id }) => id).filter((id) => programs.includes(id));
}
