import { afterAll, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { uuid7 } from "../guard/run-id.ts";
import { primitive } from "../host/bun.ts";
import { cgroupMount } from "../linux/cgroup.ts";
import { bind } from "../linux/primitive.ts";
import { removeLeftGroups, runBegan } from "./left-groups.ts";

bind(primitive);

/** A time long before any run of today. */
const BEGAN = 1_600_000_000;
const nameAt = (seconds: number) =>
  `hookwright-${uuid7({ seconds, nanoseconds: 0 }, crypto.getRandomValues(new Uint8Array(10)))}`;
const top = `${cgroupMount()}/hookwright-test-left-${process.pid}`;
afterAll(() => {
  if (existsSync(top)) rmdirSync(top);
});

test("the time of a run is read from the name of its group", () => {
  expect(runBegan(nameAt(BEGAN))).toBe(BEGAN * 1000);
});

test.each([
  "hookwright-test-5cb0e225",
  "hookwright-01a2110f-0000-4000-8000-000000000000",
  "hookwright-01a2110f-0000-7000-8000-00000000000",
  "x-hookwright-01a2110f-0000-7000-8000-000000000000",
])("%s is no run's", (name) => expect(runBegan(name)).toBeUndefined());

test.skipIf(cgroupMount() === null)("an old group goes with what is in it, a young one stays", async () => {
  const [old, used, young] = [nameAt(BEGAN), nameAt(BEGAN), nameAt(BEGAN + 200)].map(
    (name) => `${top}/${name}`,
  );
  for (const path of [old, used, young] as string[]) mkdirSync(path, { recursive: true });
  const child = Bun.spawn(["sleep", "60"]);
  writeFileSync(`${used}/cgroup.procs`, String(child.pid));
  const now = (BEGAN + 301) * 1000;
  const removed = [...removeLeftGroups(now)];
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
  for (let i = 0; i < 100 && existsSync(`${used}`); i++) {
    removed.push(...removeLeftGroups(now));
    await Bun.sleep(10);
  }
  expect(removed.sort()).toEqual([old, used].sort() as string[]);
  expect(readFileSync(`${young}/cgroup.procs`, "utf8")).toBe("");
  rmdirSync(young as string);
});
