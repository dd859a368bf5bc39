/** A43: the log is a link, lies in a directory that others write, or is rotated under a writer. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { injectedHook, runGuard } from "../support/attack.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";

let root: TempRoot;
beforeEach(() => {
  root = tempRoot();
});
afterEach(() => root.remove());

test("A43: nothing is written through a link, and the hook runs all the same", async () => {
  const made = await injectedHook(root, "exit 0");
  writeFileSync(`${root.work}/victim`, "precious");
  rmSync(root.log, { recursive: true, force: true });
  mkdirSync(root.log, { mode: 0o750, recursive: true });
  symlinkSync(`${root.work}/victim`, root.events);
  expect((await runGuard(made)).code).toBe(0);
  expect(readFileSync(`${root.work}/victim`, "utf8")).toBe("precious");
});

test("A43: nothing is written into a directory that others may write", async () => {
  const made = await injectedHook(root, "exit 0");
  rmSync(root.log, { recursive: true, force: true });
  mkdirSync(root.log, { recursive: true });
  chmodSync(root.log, 0o777);
  expect((await runGuard(made)).code).toBe(0);
  expect(existsSync(root.events)).toBe(false);
});

test("A43: the log directory is a link", async () => {
  const made = await injectedHook(root, "exit 0");
  mkdirSync(root.log, { recursive: true });
  rmSync(root.log, { recursive: true });
  mkdirSync(`${root.work}/elsewhere`);
  symlinkSync(`${root.work}/elsewhere`, root.log);
  expect((await runGuard(made)).code).toBe(0);
  expect(readdirSync(`${root.work}/elsewhere`)).toEqual([]);
});

test("A43: no record is lost or torn while the file is rotated under 16 writers", async () => {
  mkdirSync(root.config, { recursive: true });
  writeFileSync(`${root.config}/hookwright.yaml`, "events: { maxBytes: 1048576, keep: 100 }\n");
  const made = await injectedHook(root, "exit 0");
  await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      for (let turn = 0; turn < 60; turn++) {
        // Of a container each: together they would spend the hooks' budget of one.
        const state = made.state.replace('"injected"', `"of-${writer}-${turn}"`);
        expect((await runGuard({ ...made, state })).code).toBe(0);
      }
    }),
  );
  const files = readdirSync(root.log).filter((name) => name.startsWith("events.jsonl"));
  expect(files.length).toBeGreaterThan(1);
  const lines = files.flatMap((name) =>
    readFileSync(`${root.log}/${name}`, "utf8").split("\n").filter(Boolean),
  );
  expect(lines).toHaveLength(1920);
  for (const line of lines) JSON.parse(line);
}, 60_000);
