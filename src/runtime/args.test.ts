/** The rows of the argument grammar: what runc and crun make of a line, we make of it too. */

import { describe, expect, test } from "bun:test";
import { parseGlobal, readsConfig } from "./args.ts";
import { dialectOf, parseBundle } from "./bundle-args.ts";

const words = (line: string) => line.split(" ").filter((word) => word !== "");

function bundleOf(line: string, dialect: "go" | "getopt") {
  const args = words(line);
  const { verb, verbAt, informs } = parseGlobal(args);
  if (!readsConfig(verb) || informs) return "untouched";
  const found = parseBundle(args, verbAt, dialect);
  return found.futile ? "untouched" : (found.bundle ?? "cwd");
}

describe("the verb is found behind global flags", () => {
  test.each([
    ["state x", "state"],
    ["--root R --log L --log-format json create --bundle B --pid-file P ID", "create"],
    ["--root create state x", "state"],
    ["--root=create delete x", "delete"],
    ["--log create state id", "state"],
    ["--systemd-cgroup create x", "create"],
    ["--debug --rootless auto run x", "run"],
    ["-debug create x", "create"],
    ["-- create x", "create"],
    ["--unknown create x", "create"],
    ["--unknown value create x", "create"],
    ["--unknown=value create x", "create"],
    ["--cgroup-manager disabled create x", "create"],
    ["--cgroup-m create state x", "state"],
    ["kill create", "kill"],
    ["exec c1 create", "exec"],
    ["--version", undefined],
    ["", undefined],
    ["--root", undefined],
  ])("%s: %s", (line, verb) => {
    expect(parseGlobal(words(line)).verb).toBe(verb as string);
  });
});

test("log and format are remembered, the last wins", () => {
  expect(parseGlobal(words("--log A --log-format text --log=B --log-format=json create x"))).toMatchObject({
    log: "B",
    logFormat: "json",
  });
});

test("our own flag is ours alone", () => {
  const args = words("--runtime-path /opt/runc --root R --runtime-path=/opt/crun state x");
  expect(parseGlobal(args)).toMatchObject({ runtimePath: "/opt/crun", own: [0, 1, 4], verb: "state" });
  expect(parseGlobal(words("exec c --runtime-path x")).own).toEqual([]);
});

describe("the bundle", () => {
  //    line, runc, crun
  test.each([
    ["create -b X ID", "X", "X"],
    ["create --bundle X ID", "X", "X"],
    ["create --bundle=X ID", "X", "X"],
    ["create -b=X ID", "X", "=X"],
    ["create -b=/foo/=bar ID", "/foo/=bar", "=/foo/=bar"],
    ["create -bundle X ID", "X", "undle"],
    ["create -bX ID", "X", "X"],
    ["create -dbX ID", "cwd", "X"],
    ["create --bun X ID", "cwd", "X"],
    ["create ID", "cwd", "cwd"],
    ["create ID --bundle X", "X", "cwd"],
    ["create ID -- --bundle X", "cwd", "cwd"],
    ["create -- --bundle", "cwd", "cwd"],
    ["create --bundle", "untouched", "untouched"],
    ["create -b", "untouched", "untouched"],
    ["create --bundle= ID", "cwd", "cwd"],
    ["create --bundle A -b B ID", "B", "B"],
    ["create -b create create", "create", "create"],
    ["create --bundle X create", "X", "X"],
    ["create --pid-file --bundle X ID", "cwd", "cwd"],
    ["create --console-socket S --no-pivot --bundle X ID", "X", "X"],
    ["run --bundle X --keep -d ID", "X", "X"],
    ["restore --image-path I --bundle X ID", "X", "X"],
    ["create --help", "untouched", "untouched"],
    ["--help create --bundle X ID", "untouched", "untouched"],
    ["--version create --bundle X ID", "untouched", "untouched"],
    ["exec c tool --bundle y", "untouched", "untouched"],
    ["state --bundle X", "untouched", "untouched"],
    ["start create", "untouched", "untouched"],
    ["features", "untouched", "untouched"],
  ])("%s: runc %s, crun %s", (line, runc, crun) => {
    expect([bundleOf(line, "go"), bundleOf(line, "getopt")]).toEqual([runc, crun]);
  });
});

test("the id is the first word that is no flag and no value", () => {
  const id = (line: string, dialect: "go" | "getopt") => parseBundle(words(line), 0, dialect).id;
  expect(id("create --bundle B --pid-file P c1", "go")).toBe("c1");
  expect(id("create -b B -- -odd", "go")).toBe("-odd");
  expect(id("run -dbB c1", "getopt")).toBe("c1");
  expect(id("create", "go")).toBeUndefined();
});

test("crun's other name for config.json", () => {
  expect(parseBundle(words("run -f other.json -b B ID"), 0, "getopt")).toMatchObject({
    config: "other.json",
    bundle: "B",
  });
  expect(parseBundle(words("run --config=other.json ID"), 0, "getopt")).toMatchObject({
    config: "other.json",
  });
  expect(parseBundle(words("run -f other.json ID"), 0, "go")).not.toHaveProperty("config");
});

test("the dialect follows the file name", () => {
  expect(["/usr/bin/crun", "/usr/bin/crun-wasm", "/usr/sbin/runc", "runsc"].map(dialectOf)).toEqual([
    "getopt",
    "getopt",
    "go",
    "go",
  ]);
});
