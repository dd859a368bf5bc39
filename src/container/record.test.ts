/** A container's record: begun once or anew, and the time in its lines. */

import { equal, test, throws } from "../../test/portable/api.ts";

import { failedWith } from "../linux/error.ts";
import { readText } from "../linux/read.ts";
import { inTemporaryDirectory } from "../linux/temporary.ts";
import { rootsAt } from "../spec/roots.ts";
import { beginRecord, containerKey, dropRecord, recordPath, spend, spentMs, sumOf } from "./record.ts";

test("a container's budget: whole lines after the first", () => {
  equal(sumOf('{"ms":500}\n{"ms":2}\n{"ms":3}\n'), 5);
  equal(sumOf('{}\n{"ms":-5}\n{"ms":"x"}\ntorn{\n{"ms":1}\n{"ms":7'), 1);
  equal(sumOf(""), 0);
});

test("begun once by entries made beforehand, and anew by every create", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const roots = rootsAt(dir);
    const key = containerKey("c", "/b");
    const path = recordPath(roots, key);
    const record = { id: "c", bundle: "/b", plan: "a".repeat(64) as never };
    spend(path, { stage: "poststop", hook: "h", ms: 9 });
    equal(spentMs(path), 0);
    beginRecord(roots, key, record, "none");
    spend(path, { stage: "poststop", hook: "h", ms: 9 });
    equal(spentMs(path), 9);
    equal(
      failedWith(
        throws(() => beginRecord(roots, key, record, "none")),
        "EEXIST",
      ),
      true,
    );
    equal(spentMs(path), 9);
    beginRecord(roots, key, record, "anew");
    equal(readText(path, 4096), `${JSON.stringify(record)}\n`);
    dropRecord(roots, key);
    equal(spentMs(path), 0);
  });
});
