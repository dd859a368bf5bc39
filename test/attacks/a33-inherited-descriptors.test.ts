/** A33: descriptors that a runtime leaks (exec.fifo, sockets, log pipes) must not reach a hook. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { guardCommand, injectedHook, runContainer, shellHook } from "../support/attack.ts";
import { environmentOf } from "../support/injected.ts";
import { applyPlan } from "../support/plan.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { run } from "../support/runtime.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

/** No glob: reading a directory would open a descriptor of its own. */
const LIST = "for n in 3 4 5 6 7 8 9; do readlink /proc/$$/fd/$n; done";

test("A33: a guard started with open descriptors 3 to 9 starts its hook with 0, 1 and 2", async () => {
  const made = await injectedHook(root, `${LIST} > ${root.work}/fds; exit 0`);
  const command = [
    "bash",
    "-c",
    'exec 3</etc/hostname 4<&3 9<&3; exec "$@"',
    "bash",
    ...guardCommand(made.hook),
  ];
  expect(
    (await run(command, { env: { ...environmentOf(made.hook), PATH: "/usr/bin:/bin" }, stdin: made.state }))
      .code,
  ).toBe(0);
  expect(readFileSync(`${root.work}/fds`, "utf8")).toBe("");
});

test("A33: runc's exec.fifo and sockets do not reach a createContainer hook", async () => {
  await applyPlan(root.root, {
    hook: shellHook(`${LIST} > ${root.work}/fds; exit 0`, { stage: "createContainer" }),
  });
  expect((await runContainer(root, "runc", ["true"])).created.code).toBe(0);
  expect(readFileSync(`${root.work}/fds`, "utf8")).toBe("");
});
