/** The guard's reader of states against mutated states: a container whose names are text, or a Failure; nothing else. */

import { parseState } from "../../src/codec/state.ts";
import { primitive } from "../../src/host/bun.ts";
import { bind, decode } from "../../src/linux/primitive.ts";
import { Failure } from "../../src/spec/failure.ts";
import { mutate, randomFrom } from "./json-mutate.ts";
import type { FuzzTarget } from "./run.ts";

bind(primitive);

const STATE = JSON.stringify({
  ociVersion: "1.0.2-dev",
  id: "c0ffee",
  status: "creating",
  pid: 4711,
  root: "/run/rootfs",
  bundle: "/run/bundle",
  annotations: { "io.kubernetes.cri.sandbox-namespace": "team-a", note: "one\ntwo \u0001 \ud83e\udd8a" },
});

export const state: FuzzTarget = {
  name: "state",
  run(seed, executions) {
    const random = randomFrom(seed);
    const encoder = new TextEncoder();
    for (let i = 0; i < executions; i++) {
      const bytes = encoder.encode(mutate(STATE, random));
      // Bytes that are no UTF-8 come from a runtime that does not check what it passes on.
      if (random.below(4) === 0) bytes[random.below(bytes.length + 1)] = random.below(256);
      try {
        check(bytes);
      } catch (error) {
        throw new Error(`seed ${seed}, execution ${i}, input ${JSON.stringify([...bytes])}`, {
          cause: error,
        });
      }
    }
  },
};

function check(bytes: Uint8Array): void {
  try {
    const { id, bundle, pid, annotations } = parseState(decode(bytes));
    const texts = [id, bundle, ...Object.values(annotations)].every((text) => typeof text === "string");
    if (!texts || (pid !== undefined && !(pid > 0))) throw new Error("not the shape that was promised");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
}
