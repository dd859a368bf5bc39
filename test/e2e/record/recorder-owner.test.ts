/** Whose a call is: containers in a row, at once, and as many as there are slots; each has its own and nobody else's. */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { decodeSnapshot } from "../../../src/record/decode.ts";
import { register, registerIfLoaded } from "../../../src/record/register.ts";
import type { Registration } from "../../../src/record/registration.ts";
import { read } from "../../../src/record/snapshot.ts";
import { unregister } from "../../../src/record/unregister.ts";
import { Failure } from "../../../src/spec/failure.ts";
import { numbersOf } from "../../support/command.ts";
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
/** Calls that do nothing when they are called with -1. */
const SYSINFO = X86 ? 99 : 179;
const MARKS = X86
  ? [97, 118, 120, 124, 125, 140, 143, 145, 146, 147, 148, 309]
  : [163, 148, 150, 156, 90, 141, 121, 120, 125, 126, 127, 168];

let b: Bench;
beforeAll(() => {
  b = bench();
});
afterEach(() => settle(b));
afterAll(() => b.root.remove());

describe("whose it is", () => {
  test("50 containers in a row: each has its own calls only", async () => {
    for (let i = 0; i < 50; i++) {
      const own = MARKS[i % MARKS.length];
      const seen = allowed(await record(b, {}, String(own)));
      expect(MARKS.filter((nr) => seen.includes(nr))).toEqual([own as number]);
    }
    nothingLeft(b);
  }, 60_000);

  test("50 in a row beside one that stays: no slot is left over, none is disturbed", async () => {
    const stays = await create(b, "allow", "wait", String(MARKS[0]));
    const registration = await register(b.place, { pid: stays.pid, boundary: "permissive", options: {} });
    for (let i = 0; i < 50; i++) {
      const own = MARKS[1 + (i % (MARKS.length - 1))];
      const seen = allowed(await record(b, {}, String(own)));
      expect(MARKS.filter((nr) => seen.includes(nr))).toEqual([own as number]);
    }
    stays.go();
    await Bun.sleep(20);
    stays.go();
    await stays.ended();
    const seen = allowed(finish(b, registration, "permissive"));
    expect(MARKS.filter((nr) => seen.includes(nr))).toEqual([MARKS[0] as number]);
    nothingLeft(b);
  }, 60_000);

  test("12 at once: their calls are apart", async () => {
    const seen = await Promise.all(MARKS.map((nr) => record(b, {}, "nest", String(nr))));
    seen.forEach((recording, i) => {
      const own = allowed(recording);
      expect(MARKS.filter((nr) => own.includes(nr))).toEqual([MARKS[i] as number]);
    });
    nothingLeft(b);
  });

  test("more than there are slots is refused; a slot that is used again has nothing of before", async () => {
    const count = 1025;
    const holders = Bun.spawn([b.calls, `holders:${count}`], { stdin: "pipe", stdout: "pipe" });
    const pids = await numbersOf(holders.stdout, count);
    // A descendant that is in no registered namespace, which keeps calling when its container is no more.
    const stale = await create(b, "allow", "leave", "for-ever");
    const first = await register(b.place, { pid: stale.pid, boundary: "attach", options: {} });
    stale.go();
    await Bun.sleep(20);
    expect(allowed(decodeSnapshot(read(b.place, first)!, "attach"))).toContain(SYSINFO);
    const registrations: Registration[] = [];
    const add = (pid: number) => registerIfLoaded(b.place, { pid, boundary: "attach", options: {} });
    for (const pid of pids.slice(0, 1023)) registrations.push(add(pid) as Registration);
    expect(new Set(registrations.map(({ slot }) => slot)).size).toBe(1023);
    expect(failureOf(() => add(pids[1023] as number))).toMatchObject({ code: "recorder_full" });
    expect(unregister(b.place, first)).not.toBeNull();
    // Only the stale one's slot is free now.
    const again = add(pids[1023] as number) as Registration;
    expect(again.slot).toBe(first.slot);
    await Bun.sleep(30);
    expect(decodeSnapshot(read(b.place, again)!, "attach").calls).toEqual([]);
    expect(read(b.place, first)).toBeNull();
    stale.kill();
    await stale.ended();
    for (const registration of [...registrations, again])
      expect(unregister(b.place, registration)).not.toBeNull();
    nothingLeft(b);
    holders.stdin.end();
    await holders.exited;
  }, 60_000);

  test("a namespace is recorded once, and never that of the machine", async () => {
    const container = await create(b, "allow", String(SYSINFO));
    const wish = { pid: container.pid, boundary: "permissive", options: {} } as const;
    const registration = await register(b.place, wish);
    expect(failureOf(() => registerIfLoaded(b.place, wish))).toMatchObject({ code: "recorder_taken" });
    const own = { ...wish, pid: process.pid };
    expect(failureOf(() => registerIfLoaded(b.place, own))).toMatchObject({ code: "recorder_own_namespace" });
    expect(failureOf(() => registerIfLoaded(b.place, { ...wish, pid: 4_000_000 }))).toMatchObject({
      code: "recorder_no_process",
    });
    container.go();
    await container.ended();
    expect(allowed(finish(b, registration, "permissive"))).toContain(SYSINFO);
    expect(unregister(b.place, registration)).toBeNull();
    nothingLeft(b);
  });
});

function failureOf(work: () => unknown): Failure | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  return undefined;
}
