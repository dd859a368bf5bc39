/** Of a hook that a container got several ways one entry runs, whichever they are; and its record is begun. */

import { deepEqual, equal, test } from "../../test/portable/api.ts";
import { containerKey, recordPath } from "../container/record.ts";
import { list } from "../linux/directory.ts";
import { readText } from "../linux/read.ts";
import { replaceFile } from "../linux/replace.ts";
import { inTemporaryDirectory } from "../linux/temporary.ts";
import { runEntry, type Via } from "../rules/hooks/own-entry.ts";
import { rootsAt } from "../spec/roots.ts";
import type { Call } from "./call.ts";
import { isDoneElsewhere } from "./elsewhere.ts";
import type { Common } from "./event.ts";

const hex = (digit: string) => digit.repeat(64);
const stage = "createRuntime";

/** Whether the entry of `via` gives way in a container whose config.json has entries of these ways. */
function givesWay(
  dir: string,
  via: Via | undefined,
  present: readonly (Via | undefined)[],
  annotations = {},
  inside = false,
): boolean {
  const words = {
    directory: `${dir}/store`,
    guard: hex("9"),
    entry: hex("1"),
    stage,
    plan: hex("a"),
  } as const;
  const hooks = present.map((one) =>
    runEntry({ ...words, runtime: "", timeout: 5, root: dir, ...(one === undefined ? {} : { via: one }) }),
  );
  replaceFile(`${dir}/config.json`, JSON.stringify({ hooks: { [stage]: [{ path: "/other" }, ...hooks] } }));
  const call: Call = {
    entry: `${dir}/store/${hex("1")}`,
    digest: hex("1"),
    store: `${dir}/store`,
    stage,
    plan: hex("a"),
  };
  if (via !== undefined) call.via = via;
  const roots = rootsAt(dir);
  return isDoneElsewhere({
    call,
    container: { id: "c", bundle: dir, annotations },
    place: { roots, inside },
    base: { engine: "crio" } as Common,
  });
}

test("one of several runs: the wrapper's, else the plugin's, else the device's, else that of hooks.d", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const all = [undefined, "nri", "cdi", "hooks.d"] as const;
    for (const present of [all, all.slice(1), ["cdi"], ["hooks.d"], [undefined, "hooks.d"]] as const) {
      const running = present.filter((via) => !givesWay(dir, via, present));
      deepEqual(running, [present[0]]);
    }
    // Podman runs it itself at poststop: config.json has the others only.
    equal(givesWay(dir, "hooks.d", ["cdi"]), true);
    equal(givesWay(dir, "hooks.d", []), false);
  });
});

test("inside a container nothing that lies there speaks for the engine", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    equal(givesWay(dir, "nri", ["nri", undefined]), true);
    equal(givesWay(dir, "nri", ["nri", undefined], {}, true), false);
  });
});

test("a pod's sandbox gets none of hooks.d", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    equal(givesWay(dir, "hooks.d", [], { "io.kubernetes.cri-o.ContainerType": "sandbox" }), true);
    equal(givesWay(dir, "hooks.d", [], { "io.kubernetes.cri-o.ContainerType": "container" }), false);
  });
});

test("the container's record is begun once, as the wrapper would", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    givesWay(dir, undefined, []);
    equal(
      list(dir).some(({ name }) => name === "run"),
      false,
    );
    givesWay(dir, "cdi", ["cdi"]);
    givesWay(dir, "cdi", ["cdi"]);
    const record = readText(recordPath(rootsAt(dir), containerKey("c", dir)), 4096);
    equal(record, `${JSON.stringify({ id: "c", bundle: dir, plan: hex("a") })}\n`);
  });
});
