/** A command in an engine's world that has to succeed. */

import { expect } from "bun:test";
import type { Outcome } from "../../support/runtime.ts";

/** What it printed; the test fails with what it said when it fails. */
export async function done(promise: Promise<Outcome>): Promise<string> {
  const { code, stdout, stderr } = await promise;
  expect(`${code}: ${stderr}${code === 0 ? "" : stdout}`).toStartWith("0: ");
  return stdout;
}
