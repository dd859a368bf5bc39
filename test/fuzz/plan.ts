/**
 * The plan reader against mutated plans. What must hold: a plan under its own digest is a plan or a Failure, and one that
 * was changed by a single bit under the old digest is always refused.
 */

import { createHash } from "node:crypto";
import { canonicalJson } from "../../src/codec/json/canonical.ts";
import { primitive } from "../../src/host/bun.ts";
import { bind } from "../../src/linux/primitive.ts";
import { filesOf } from "../../src/plan/apply.ts";
import { parsePlan } from "../../src/plan/read.ts";
import { Failure } from "../../src/spec/failure.ts";
import { mutate, randomFrom } from "./json-mutate.ts";
import type { FuzzTarget } from "./run.ts";

bind(primitive);
const HEX = "a".repeat(64);

const PLAN = canonicalJson({
  version: 1,
  generation: 3,
  created: "2026-01-01T00:00:00.000Z",
  guard: HEX,
  definitions: [
    {
      name: "a",
      file: "/etc/hookwright/hooks.d/a.json",
      when: {
        always: true,
        commands: [{ matcher: { kind: "equals", text: "/bin/sh" }, source: "^/bin/sh$" }],
      },
      stages: ["createRuntime"],
      position: "append",
      onFailure: "stop",
      timeout: 10,
      entry: HEX,
      hook: HEX,
    },
  ],
});

export const plan: FuzzTarget = {
  name: "plan",
  run(seed, executions) {
    const random = randomFrom(seed);
    for (let i = 0; i < executions; i++) {
      const text = mutate(PLAN, random);
      try {
        check(text);
      } catch (error) {
        throw new Error(`seed ${seed}, execution ${i}, input ${JSON.stringify(text)}`, { cause: error });
      }
    }
  },
};

const ORIGINAL = digestOf(new TextEncoder().encode(PLAN));

function check(text: string): void {
  const bytes = new TextEncoder().encode(text);
  const read = outcome(bytes, digestOf(bytes));
  if (read === "plan_digest") throw new Error("refused under its own digest");
  const swapped = outcome(bytes, ORIGINAL);
  if (swapped !== (text === PLAN ? "plan" : "plan_digest"))
    throw new Error(`under the old digest: ${swapped}`);
}

function outcome(bytes: Uint8Array, digest: string): string {
  try {
    const read = parsePlan(bytes, digest, "/plan");
    if (read.definitions.every((one) => typeof one === "object" && one !== null)) filesOf(read);
    return "plan";
  } catch (error) {
    if (error instanceof Failure) return error.code;
    throw error;
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
