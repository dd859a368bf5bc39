/** The test support itself: real containers run on both runtimes, and what is left behind is seen. */

import { afterAll, describe, expect, test } from "bun:test";
import { makeBundle } from "../support/bundle.ts";
import { tempRoot } from "../support/root.ts";
import { RUNTIMES, run, runRuntime } from "../support/runtime.ts";
import { leftovers, survivors } from "../support/survivors.ts";

const root = tempRoot();
afterAll(() => root.remove());

describe.each(RUNTIMES)("%s", (name) => {
  test("runs a busybox container", async () => {
    const bundle = makeBundle(`${root.work}/${name}-run`, { args: ["/bin/sh", "-c", "echo hello; exit 7"] });
    const done = await runRuntime(name, root.root, ["run", "--bundle", bundle, `${name}-run`]);
    expect(done).toMatchObject({ code: 7, stdout: "hello\n" });
  });

  test("creates, starts and deletes one", async () => {
    const id = `${name}-steps`;
    const bundle = makeBundle(`${root.work}/${id}`, { args: ["/bin/sleep", "100"] });
    for (const args of [
      ["create", "--bundle", bundle, id],
      ["start", id],
    ]) {
      expect(await runRuntime(name, root.root, args)).toMatchObject({ code: 0 });
    }
    expect((await survivors(0)).length).toBe(1);
    expect(await runRuntime(name, root.root, ["delete", "--force", id])).toMatchObject({ code: 0 });
    expect(await survivors()).toEqual([]);
    expect(await leftovers(root.root)).toEqual([]);
  });
});

test("sees a daemon that forked twice and called setsid", async () => {
  await run(["sh", "-c", "setsid sh -c 'sleep 60 >/dev/null 2>&1 &' & wait"]);
  const found = await survivors(100);
  expect(found.map(({ command }) => command)).toEqual(["sleep 60"]);
  for (const { pid } of found) process.kill(pid, "SIGKILL");
  expect(await survivors()).toEqual([]);
});
