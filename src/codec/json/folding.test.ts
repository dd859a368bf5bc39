/** A18: keys that runc folds and crun does not (security.md 1.3), on both engines. */

import { deepEqual, equal, ok, test } from "../../../test/portable/api.ts";
import { LEAF, type Node, RUNTIME_FIELDS } from "../../spec/runtime-fields.ts";
import { foldedKeyCollision, foldKey, unknownStages } from "./folding.ts";
import { hasOnlyKnownKeys, LEAVES, PARENTS } from "./known-keys.ts";
import { readJson } from "./read.ts";

const collision = (text: string) => foldedKeyCollision(readJson(text, { file: "config.json" }));

const REFUSED: [text: string, place: string, part: string][] = [
  ['{"hooks":{},"Hooks":{}}', "1:13", 'key "Hooks" is the field "hooks"'],
  ['{"HOOKS":{}}', "1:2", '"hooks"'],
  ['{"hoo\u212as":{}}', "1:2", '"hooks"'],
  ['{"hoo\\u212as":{}}', "1:2", '"hooks"'],
  ['{"hook\u017f":{}}', "1:2", '"hooks"'],
  ['{"hooks":{"createruntime":[]}}', "1:11", 'in hooks is the field "createRuntime"'],
  ['{"hooks":{\n"CreateRuntime":[]}}', "2:1", '"createRuntime"'],
  ['{"hooks":{"poststart":[{},{"Path":"/x"}]}}', "1:28", "in hooks.poststart.1"],
  ['{"hooks":{"poststop":[{"path":"/a","ARGS":[]}]}}', "1:36", '"args"'],
  ['{"process":{"Env":[]}}', "1:13", "in process"],
  ['{"process":{"user":{"UID":0}}}', "1:21", "in process.user"],
  ['{"mounts":[{"Destination":"/"}]}', "1:13", "in mounts.0"],
  ['{"linux":{"\u017feccomp":{}}}', "1:11", '"seccomp"'],
  ['{"linux":{"seccomp":{"syscalls":[{"names":[],"Action":"x"}]}}}', "1:46", "linux.seccomp.syscalls.0"],
  ['{"linux":{"seccomp":{"syscalls":[{"args":[{"INDEX":0}]}]}}}', "1:44", "args.0"],
  ['{"linux":{"resources":{"devices":[{"Allow":true}]}}}', "1:36", "linux.resources.devices.0"],
  ['{"linux":{"devices":[{"Path":"/dev/x"}]}}', "1:23", "linux.devices.0"],
  ['{"linux":{"namespaces":[{"Type":"pid"}]}}', "1:26", "linux.namespaces.0"],
  ['{"linux":{"timeOffsets":{"Boottime":{"Secs":1}}}}', "1:38", "linux.timeOffsets.Boottime"],
  ['{"root":{"Path":"/"}}', "1:10", "in root"],
  ['{"x-new":1,"X-New":2}', "1:12", 'the same as "x-new"'],
];

for (const [text, place, part] of REFUSED) {
  test(`A18: folded key is refused: ${text.replace(/\n/g, "")}`, () => {
    const failure = collision(text);
    ok(failure);
    equal(failure.code, "json_folded_key");
    ok(failure.message.startsWith(`read config.json:${place}: `), failure.message);
    ok(failure.message.includes(part), failure.message);
    ok(failure.hint);
  });
}

const ACCEPTED = [
  '{"annotations":{"Hooks":"a","hooks":"b","HOOKS":"c"}}',
  '{"linux":{"sysctl":{"a":"1","A":"2"},"resources":{"unified":{"Memory.max":"1","memory.max":"2"}}}}',
  '{"linux":{"resources":{"rdma":{"mlx":{"hcaHandles":1},"MLX":{}}},"timeOffsets":{"Monotonic":{"secs":1}}}}',
  '{"future":{"Hooks":1,"hooks":2},"linux":{"futureField":{"A":1,"a":2}}}',
  '{"hooks":{"poststop":[{"path":"/a","description":"x"}],"create_runtime":[]}}',
  '{"hooks":null,"process":null,"mounts":null,"linux":{"seccomp":null}}',
  '{"hooks":[],"process":"x","mounts":{"0":{"Path":1}},"linux":7}',
  '{"hoo\u0138s":1,"h\u00f6\u00f6ks":1}',
  "[]",
  "7",
];

for (const text of ACCEPTED) test(`no collision: ${text}`, () => equal(collision(text), undefined));

test("folding is that of encoding/json", () => {
  equal(foldKey("HOO\u212aS"), "hooks");
  equal(foldKey("hook\u017f"), "hooks");
  equal(foldKey("i\u0130\u0131"), "i\u0130\u0131".toLowerCase());
});

test("unknown stages are named with their place", () => {
  const doc = readJson('{"hooks":{"poststop":[],\n "create_runtime":[],"x":1}}', { file: "f" });
  deepEqual(unknownStages(doc), [
    { key: "create_runtime", line: 2, column: 2 },
    { key: "x", line: 2, column: 22 },
  ]);
  deepEqual(unknownStages(readJson('{"hooks":null}', { file: "f" })), []);
});

test("A18: the names of the quick check are those of the fields, and no two of them fold alike", () => {
  const parents = new Set<string>();
  const leaves = new Set<string>();
  const walk = ({ fields }: Node): void => {
    for (const [name, field] of Object.entries(fields)) {
      if (field === LEAF) leaves.add(name);
      else {
        parents.add(name);
        walk(field);
      }
    }
  };
  walk(RUNTIME_FIELDS);
  deepEqual(PARENTS.split(" ").sort(), [...parents].sort());
  deepEqual(LEAVES.split(" ").sort(), [...leaves].filter((name) => !parents.has(name)).sort());
  const all = [...parents, ...leaves];
  equal(new Set(all.map(foldKey)).size, new Set(all).size);
});

test("A18: the quick check passes nothing that is refused", () => {
  for (const [text] of REFUSED) equal(hasOnlyKnownKeys(JSON.parse(text)), false, text);
  ok(hasOnlyKnownKeys({ process: { args: ["X"], env: ["Y"] }, annotations: { Hooks: "z" } }));
});
