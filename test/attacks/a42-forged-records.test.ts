/** A42: newlines, carriage returns and escapes in any recorded field cannot make a second record, or draw on a terminal. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { injectedHook, records, runGuard } from "../support/attack.ts";
import { hookwright } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

const FORGED = '{"v":1,"kind":"end","run":"forged","result":"ok"}';
const HOSTILE = `x\n${FORGED}\r\n\u2028\u2029\u001b[2J\u0000\u0007`;

test("A42: in the container's id, its bundle, its annotations and the hook's output", async () => {
  const made = await injectedHook(
    root,
    `printf '\\n%s\\n\\033[31m' '${FORGED}'; printf '\\n%s\\n' '${FORGED}' >&2; exit 1`,
  );
  const state = {
    ...JSON.parse(made.state),
    id: HOSTILE,
    bundle: `/${HOSTILE}`,
    annotations: { [HOSTILE]: HOSTILE },
  };
  await runGuard(made, JSON.stringify(state));
  const text = readFileSync(root.events, "utf8");
  expect(text.trimEnd().split("\n")).toHaveLength(2);
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect(records(root).some(({ run }) => run === "forged")).toBe(false);
  expect(records(root)[0]?.container.id).toBe(HOSTILE);

  const run = records(root)[0]?.run ?? "";
  for (const words of [["events"], ["events", "show", run], ["stats"]]) {
    const { stdout, stderr } = await hookwright(root.root, words);
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u2028]/);
  }
  expect((await hookwright(root.root, ["events", "-q"])).stdout.trim().split("\n")).toEqual([run]);
});
