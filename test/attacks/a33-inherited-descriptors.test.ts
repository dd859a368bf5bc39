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

const LIST = "for fd in /proc/self/fd/*; do readlink $fd; done";

test("A33: a guard started with open descriptors 3 to 9 starts its hook with 0, 1 and 2", async () => {
  const made = await injectedHook(root, `ls /proc/$$/fd > ${root.work}/fds`);
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
  // busybox sh opens what it writes to as 3 or above only while it redirects.
  const open = readFileSync(`${root.work}/fds`, "utf8")
    .trim()
    .split("\n")
    .map(Number)
    .filter((fd) => fd < 10);
  expect(open).toEqual([0, 1, 2]);
});

test("A33: runc's exec.fifo and sockets do not reach a createContainer hook", async () => {
  await applyPlan(root.root, { hook: shellHook(`${LIST} > ${root.work}/fds`, { stage: "createContainer" }) });
  expect((await runContainer(root, "runc", ["true"])).created.code).toBe(0);
  const targets = readFileSync(`${root.work}/fds`, "utf8");
  expect(targets).not.toContain("exec.fifo");
  expect(targets).not.toContain("socket:");
});
