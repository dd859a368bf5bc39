/** Where a file of tests works. */

import { afterAll } from "bun:test";
import { mkdtempSync } from "node:fs";
import { removeTree } from "./root.ts";

/** A directory of its own, for a whole file of tests: called outside of them, removed after the last. */
export function workDirectory(): string {
  const path = mkdtempSync("/tmp/hookwright-test-");
  afterAll(() => removeTree(path));
  return path;
}
