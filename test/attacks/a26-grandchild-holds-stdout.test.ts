/** A26: a grandchild that keeps stdout open makes runc wait for it; the guard does not pass its pipes on. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { lastEnd, runContainer, shellHook } from "../support/attack.ts";
import { applyPlan } from "../support/plan.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { leftovers, survivors } from "../support/survivors.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

for (const runtime of ["runc", "crun"] as const) {
  test(`A26 ${runtime}: the hook exits, its child would hold stdout for a minute`, async () => {
    await applyPlan(root.root, { hook: shellHook("sleep 60 & exit 0") });
    const { created } = await runContainer(root, runtime, ["true"]);
    expect([created.code, created.stderr]).toEqual([0, ""]);
    expect(created.ms).toBeLessThan(2000);
    expect(lastEnd(root)).toMatchObject({ result: "ok", killed: 1 });
    expect(await survivors()).toEqual([]);
  });

  test(`A26 ${runtime}: the hook and its child run past the timeout`, async () => {
    await applyPlan(root.root, { hook: shellHook("sleep 60; true", { timeout: 1 }) });
    const { created } = await runContainer(root, runtime, ["true"]);
    expect(created.code).not.toBe(0);
    expect(lastEnd(root)?.result).toBe("timeout");
    expect(lastEnd(root)?.dur_ms).toBeLessThan(1250);
    expect(await survivors()).toEqual([]);
    expect(await leftovers(root.root)).toEqual([]);
  });
}
