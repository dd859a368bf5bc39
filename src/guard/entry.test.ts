import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { hexOf } from "../codec/hex.ts";
import { encode, sha256 } from "../linux/primitive.ts";
import type { Entry } from "../spec/plan.ts";
import { parseEntry } from "./entry.ts";

const ENTRY: Entry = {
  version: 1,
  name: "bridge",
  path: "/usr/libexec/bridge",
  hook: "a".repeat(64),
  args: ["bridge", "--up"],
  env: ["A=1"],
  timeout: 10,
  onFailure: "stop",
  output: 4096,
  detach: 0,
  budget: 60,
  events: { maxBytes: 1000, keep: 3 },
};

function parse(value: unknown): Entry {
  const bytes = encode(typeof value === "string" ? value : JSON.stringify(value));
  return parseEntry(bytes, hexOf(sha256(bytes)), "/store/x");
}

test("an entry of the right digest and shape is taken as it is", () => {
  deepEqual(parse(ENTRY), ENTRY);
  const interpreter = { path: "/bin/sh", args: ["-e"], digest: "b".repeat(64) };
  deepEqual(parse({ ...ENTRY, interpreter, namespaces: ["a"] }), {
    ...ENTRY,
    interpreter,
    namespaces: ["a"],
  });
});

test("another content under the same name is refused", () => {
  const bytes = encode(JSON.stringify(ENTRY));
  throws(() => parseEntry(bytes, "0".repeat(64), "/store/x"), "not what its name says");
});

test("limits hold whatever an entry says", () => {
  equal(parse({ ...ENTRY, timeout: 600 }).timeout, 30);
  equal(parse({ ...ENTRY, output: 1e12 }).output, 1024 * 1024);
});

test("a shape that does not fit is refused and named", () => {
  const wrong: [change: object, part: string][] = [
    [{ version: 2 }, "version"],
    [{ name: "" }, "`name`"],
    [{ path: "relative" }, "`path`"],
    [{ hook: "../../etc/passwd" }, "`hook`"],
    [{ args: [] }, "`args`"],
    [{ args: ["a\0b"] }, "`args`"],
    [{ env: [1] }, "`env`"],
    [{ timeout: 0 }, "`timeout`"],
    [{ timeout: "5" }, "`timeout`"],
    [{ budget: -1 }, "`budget`"],
    [{ detach: null }, "`detach`"],
    [{ output: -1 }, "`output`"],
    [{ onFailure: "maybe" }, "`onFailure`"],
    [{ namespaces: "a" }, "`namespaces`"],
    [{ images: ["sha256:a"] }, "`images`"],
    [{ images: [{ digest: "sha256:a" }] }, "`images`"],
    [{ events: {} }, "`events`"],
    [{ interpreter: { path: "sh", args: [] } }, "`interpreter.path`"],
    [{ interpreter: { path: "/sh", args: [], digest: `../${"a".repeat(61)}` } }, "`interpreter.digest`"],
  ];
  for (const [change, part] of wrong) throws(() => parse({ ...ENTRY, ...change }), part);
  for (const text of ["", "null", "[]", "{", '"x"'])
    throws(() => parse(text), "read the plan entry /store/x");
});
