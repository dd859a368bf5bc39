/** Edits: each kind on a small config, CDI's order and defaults (notes/cdi/edits.md), and that a second run is idle. */

import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Edits } from "../../spec/definition.ts";
import type { RuntimeConfig } from "../../spec/runtime-config.ts";
import { applyEdits } from "./edits.ts";

function edited(config: RuntimeConfig, ...edits: Edits[]): RuntimeConfig {
  applyEdits(config, edits);
  const again = structuredClone(config);
  expect(applyEdits(again, edits)).toEqual([]);
  expect(again).toEqual(config);
  return config;
}

const envOf = (before: string[], ...edits: Edits[]) =>
  edited({ process: { env: before } }, ...edits).process?.env;

describe("env", () => {
  test.each<[string, string[], Edits[], string[]]>([
    ["set at the end", ["A=1"], [{ env: ["B=2"] }], ["A=1", "B=2"]],
    ["replace in place", ["A=1", "B=2"], [{ env: ["A=x=y"] }], ["A=x=y", "B=2"]],
    ["of duplicates the last is replaced, as by CDI", ["A=1", "A=2"], [{ env: ["A=3"] }], ["A=1", "A=3"]],
    ["remove every one of the name", ["A=1", "B=2", "A=3", "AB=4"], [{ removeEnv: ["A"] }], ["B=2", "AB=4"]],
    [
      "remove, then set, in one definition",
      ["A=1", "B=2"],
      [{ removeEnv: ["A"], env: ["A=9"] }],
      ["A=9", "B=2"],
    ],
    [
      "a later definition has the last word",
      ["A=1"],
      [{ env: ["A=2", "C=1"] }, { removeEnv: ["A", "C"] }],
      [],
    ],
    ["a name without =", ["A", "B=2"], [{ env: ["A=1"] }], ["A=1", "B=2"]],
    ["nothing to remove", ["A=1"], [{ removeEnv: ["B"] }], ["A=1"]],
  ])("%s", (_, before, edits, after) => expect(envOf(before, ...edits)).toEqual(after));

  test("where there is no process or no env", () => {
    expect(edited({}, { env: ["A=1"] })).toEqual({});
    expect(edited({ process: { env: null } }, { env: ["A=1"] })).toEqual({ process: { env: ["A=1"] } });
    expect(edited({}, { removeEnv: ["A"] })).toEqual({});
  });
});

describe("deviceNodes", () => {
  const node = { path: "/dev/gpu", type: "c", major: 195, minor: 0 };
  const rule = { allow: true, type: "c", major: 195, minor: 0, access: "rwm" };

  test("added with its rule, owned by the process", () => {
    const config = edited({ process: { user: { uid: 7, gid: 8 } } }, { deviceNodes: [node] });
    expect(config.linux).toEqual({ devices: [{ ...node, uid: 7, gid: 8 }], resources: { devices: [rule] } });
  });

  test("root's ids are not written; given ones are", () => {
    expect(edited({ process: { user: { uid: 0, gid: 0 } } }, { deviceNodes: [node] }).linux?.devices).toEqual(
      [node],
    );
    const owned = { ...node, uid: 0, gid: 5 };
    expect(
      edited({ process: { user: { uid: 7, gid: 8 } } }, { deviceNodes: [owned] }).linux?.devices,
    ).toEqual([owned]);
  });

  test("in place of one with its path; hostPath and permissions are no part of it", () => {
    const before = {
      linux: {
        devices: [
          { path: "/dev/gpu", type: "b" },
          { path: "/dev/x", type: "p" },
        ],
      },
    };
    const after = edited(before, {
      deviceNodes: [{ ...node, hostPath: "/dev/gpu0", permissions: "r", fileMode: 0o660 }],
    });
    expect(after.linux?.devices).toEqual([
      { path: "/dev/x", type: "p" },
      { ...node, fileMode: 0o660 },
    ]);
    expect(after.linux?.resources?.devices).toEqual([{ ...rule, access: "r" }]);
  });

  test('permissions "none" is an empty rule; a FIFO needs none', () => {
    const none = edited({}, { deviceNodes: [{ ...node, permissions: "none" }] });
    expect(none.linux?.resources?.devices).toEqual([{ allow: true, type: "c", major: 195, minor: 0 }]);
    expect(edited({}, { deviceNodes: [{ path: "/dev/fifo", type: "p" }] }).linux?.resources).toBeUndefined();
  });

  test("the rule counts last: a denial after an equal rule asks for another", () => {
    const deny = { allow: false, access: "rwm" };
    const config = edited({ linux: { resources: { devices: [rule, deny] } } }, { deviceNodes: [node] });
    expect(config.linux?.resources?.devices).toEqual([rule, deny, rule]);
  });
});

describe("mounts", () => {
  const at = (destination: string, source = "/s") => ({ destination, source });
  const destinations = ({ mounts }: RuntimeConfig) => mounts?.map(({ destination }) => destination);

  test("in place of those with the destination, then all by depth, stable", () => {
    const before = { mounts: [at("/a/b/c"), at("/proc"), at("/x", "/old"), at("/a/b"), at("/x", "/older")] };
    const config = edited(before, {
      mounts: [{ hostPath: "/new", containerPath: "/x", type: "bind", options: ["rbind", "ro"] }],
    });
    expect(destinations(config)).toEqual(["/proc", "/x", "/a/b", "/a/b/c"]);
    expect(config.mounts?.[1]).toEqual({
      destination: "/x",
      type: "bind",
      source: "/new",
      options: ["rbind", "ro"],
    });
  });

  test("depth is of the cleaned path", () => {
    const before = { mounts: [at("/a//b/"), at("/a/../c")] };
    expect(destinations(edited(before, { mounts: [{ hostPath: "/h", containerPath: "/z" }] }))).toEqual([
      "/a/../c",
      "/z",
      "/a//b/",
    ]);
  });

  test("one that is there as asked moves nothing", () => {
    const before = { mounts: [at("/a/b"), { destination: "/x", source: "/h" }, at("/y")] };
    expect(applyEdits(before, [{ mounts: [{ hostPath: "/h", containerPath: "/x" }] }])).toEqual([]);
  });

  test("of two definitions the later wins", () => {
    const config = edited(
      {},
      { mounts: [{ hostPath: "/1", containerPath: "/x" }] },
      { mounts: [{ hostPath: "/2", containerPath: "/x" }] },
    );
    expect(config.mounts).toEqual([{ destination: "/x", source: "/2" }]);
  });
});

describe("the rest", () => {
  test("additionalGids: no 0, no duplicates", () => {
    const config = edited(
      { process: { user: { additionalGids: [5] } } },
      { additionalGids: [0, 5, 6] },
      { additionalGids: [6, 7] },
    );
    expect(config.process?.user?.additionalGids).toEqual([5, 6, 7]);
    expect(edited({}, { additionalGids: [0] })).toEqual({});
  });

  test("rlimits by type", () => {
    const before = { process: { rlimits: [{ type: "RLIMIT_CORE", soft: 0, hard: 0 }] } };
    const nofile = { type: "RLIMIT_NOFILE", soft: 1, hard: 2 };
    const config = edited(
      before,
      { rlimits: [nofile, { type: "RLIMIT_CORE", soft: 9, hard: 9 }] },
      { rlimits: [{ ...nofile, soft: 2 }] },
    );
    expect(config.process?.rlimits).toEqual([
      { type: "RLIMIT_CORE", soft: 9, hard: 9 },
      { ...nofile, soft: 2 },
    ]);
  });

  test("annotations, names of Object's own among them", () => {
    const config = edited(
      { annotations: { a: "1" } },
      { annotations: JSON.parse('{"a":"2","__proto__":"x","b":"3"}') },
    );
    expect(JSON.stringify(config)).toBe('{"annotations":{"a":"2","__proto__":"x","b":"3"}}');
  });

  test("seccomp is replaced whole; the plan's own data stays apart", () => {
    const profile = {
      defaultAction: "SCMP_ACT_ERRNO",
      syscalls: [{ names: ["read"], action: "SCMP_ACT_ALLOW" }],
    };
    const config = edited(
      { linux: { seccomp: { defaultAction: "SCMP_ACT_ALLOW", flags: [] } } },
      { seccomp: { profile } },
    );
    expect(config.linux?.seccomp).toEqual(profile);
    expect(config.linux?.seccomp?.syscalls).not.toBe(profile.syscalls as never);
  });

  test("the members that changed are named", () => {
    const config: RuntimeConfig = { process: {} };
    expect(applyEdits(config, [{ env: ["A=1"], annotations: { a: "b" } }]).sort()).toEqual([
      "annotations",
      "process",
    ]);
    expect(applyEdits(config, [])).toEqual([]);
  });

  test.each<[string, unknown]>([
    ["process is not an object", { process: [] }],
    ["process.env is not a list", { process: { env: {} } }],
    ["process.env[0] is not a string", { process: { env: [1] } }],
    ["linux is not an object", { linux: 1 }],
    ["linux.resources.devices[0] is not an object", { linux: { resources: { devices: [null] } } }],
    ["mounts is not a list", { mounts: "x" }],
  ])("a config of the wrong shape is refused: %s", (message, config) => {
    expect(() => applyEdits(config as RuntimeConfig, [{ env: ["A=1"] }])).toThrow(
      `read config.json: ${message}`,
    );
  });
});

const small = fc.integer({ min: 0, max: 2 });
const path = fc.constantFrom("/a", "/a/b", "/b", "/a/b/c");
const name = fc.constantFrom("A", "B", "C");
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 3 });
const edits: fc.Arbitrary<Edits> = fc.record(
  {
    env: list(fc.tuple(name, small).map(([n, v]) => `${n}=${v}`)),
    removeEnv: list(name),
    mounts: list(fc.record({ hostPath: fc.constantFrom("/1", "/2"), containerPath: path })),
    deviceNodes: list(fc.record({ path, type: fc.constantFrom("c", "b", "p"), major: small, minor: small })),
    annotations: fc.dictionary(name, name, { maxKeys: 2 }),
    additionalGids: list(small),
    rlimits: list(fc.record({ type: name, soft: small, hard: small })),
  },
  { requiredKeys: [] },
);
const config = fc.record(
  {
    process: fc.record({ env: list(name.map((n) => `${n}=0`)), user: fc.record({ uid: small, gid: small }) }),
    mounts: list(path.map((destination) => ({ destination, source: "/0" }))),
    linux: fc.record({ resources: fc.record({ devices: list(fc.record({ allow: fc.boolean() })) }) }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<RuntimeConfig>;

test("a second run of any edits changes nothing", () => {
  fc.assert(
    fc.property(
      config,
      fc.array(edits, { minLength: 1, maxLength: 4 }),
      (before, all) => void edited(before, ...all),
    ),
    {
      numRuns: 3000,
    },
  );
});
