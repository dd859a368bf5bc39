import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { exists } from "../linux/stat.ts";
import { inTemporaryDirectory } from "../linux/temporary.ts";
import { append } from "../linux/write.ts";
import { callOf } from "./call.ts";
import { shared } from "./document.ts";

const call = (...env: string[]) => callOf({ name: "x", stages: ["poststop"] }, "{}", env);

test("a document is what was written last, and is gone when it was removed, with what a killed writer left", () =>
  inTemporaryDirectory("/tmp/hookwright-document-", (root) => {
    const open = shared.open(call(`HOOKWRIGHT_LEDGER=${root}/ledger/c/e.p`));
    equal(
      open("a.b", ({ value }) => value),
      undefined,
    );
    equal(exists(`${root}/shared/a.b`), false);
    open("a.b", (document) => document.write({ n: 1 }));
    throws(
      () =>
        open("a.b", (document) => {
          document.write({ n: 2 });
          throw new Error("no");
        }),
      "no",
    );
    deepEqual(
      open("a.b", ({ value }) => value),
      { n: 2 },
    );
    append(`${root}/shared/a.b/.document.json.1`, "half");
    open("a.b", (document) => document.remove());
    equal(exists(`${root}/shared/a.b`), false);
    for (const name of ["", ".", "..", "a/b", "a b"]) throws(() => open(name, () => 1), "it is no name");
  }));

test("without a guard there is nowhere to keep it", () => {
  throws(() => shared.open(call())("a", () => 1), "there is no state directory");
});
