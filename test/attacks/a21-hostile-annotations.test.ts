/** A21: annotation values with shell, template and control characters are data wherever they go. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { lastEnd, records, runContainer, shellHook } from "../support/attack.ts";
import { applyPlan } from "../support/plan.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A21: they reach the hook as they are, run nothing, and leave whole records", async () => {
  const marker = `${root.work}/marker`;
  const hostile: Record<string, string> = {
    shell: `; touch ${marker} $(touch ${marker}) \`touch ${marker}\` & | > ${marker}`,
    lines: "one\ntwo\rthree\u2028four",
    escape: "\u001b[2Jcleared\u0007",
    template: `{{.Env}} $${"{HOME}"} %s %n`,
    lists: "a+b,c;d=e",
    "io.containers.trace-syscall": `of:${root.work}/written;if:/etc/passwd`,
  };
  await applyPlan(root.root, { hook: shellHook(`cat > ${root.work}/state.json`) });
  const before = readdirSync(root.work).sort();
  const { created } = await runContainer(root, "runc", ["true"], (config) => {
    config.annotations = hostile;
  });
  expect([created.code, created.stderr]).toEqual([0, ""]);
  expect(JSON.parse(readFileSync(`${root.work}/state.json`, "utf8")).annotations).toEqual(hostile);
  expect(existsSync(marker)).toBe(false);
  expect(
    readdirSync(root.work)
      .sort()
      .filter((name) => !before.includes(name)),
  ).toEqual(["bundle-runc", "state-runc", "state.json"]);
  expect(records(root)).toHaveLength(2);
  expect(lastEnd(root)?.result).toBe("ok");
});
