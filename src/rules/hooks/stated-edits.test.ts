import { deepEqual, equal, test, throws } from "../../../test/portable/api.ts";
import type { PlannedDefinition } from "../../spec/plan.ts";
import type { Unfit } from "./select.ts";
import { statedEdits } from "./stated-edits.ts";

const definition: PlannedDefinition = {
  name: "env",
  file: "env.yaml",
  when: { always: true },
  stages: ["precreate"],
  position: "append",
  onFailure: "stop",
  entry: "0".repeat(64),
};
const stated = (printed: string, of = definition, skipped: Unfit[] = []) =>
  statedEdits(of, () => printed, skipped);

test("each line that a hook prints is edits", () => {
  const env = { env: ["A=b=c", "D="], removeEnv: ["E"] };
  const seccomp = { seccomp: { profile: { defaultAction: "SCMP_ACT_ERRNO" } }, annotations: { a: "" } };
  deepEqual(stated(`${JSON.stringify(env)}\n${JSON.stringify(seccomp)}\n`), [env, seccomp]);
  deepEqual(stated(""), []);
});

test("only at precreate, and only a hook", () => {
  const fails = () => {
    throw new Error("it ran");
  };
  const { entry: _, ...without } = definition;
  deepEqual(statedEdits({ ...definition, stages: ["createRuntime"] }, fails, []), []);
  deepEqual(statedEdits(without, fails, []), []);
  deepEqual(statedEdits(definition, undefined, []), []);
});

test("what is no edits is refused, and not repeated", () => {
  for (const [line, said] of [
    ["hunter2", "not JSON"],
    ["[]", "no object"],
    ['{"ociVersion":"1.0.2"}', 'it has "ociVersion"'],
    ['{"mounts":[]}', "it has"],
    ['{"env":["A"]}', "its env"],
    ['{"env":["=b"]}', "its env"],
    ['{"env":["A=\\u0000"]}', "its env"],
    ['{"env":"A=b"}', "its env"],
    ['{"removeEnv":["A=b"]}', "its removeEnv"],
    ['{"annotations":{"a":1}}', "its annotations"],
    ['{"seccomp":{"file":"/etc/x"}}', "its seccomp"],
    ['{"seccomp":{"profile":{}}}', "its seccomp"],
  ] as const)
    throws(() => stated(line), said);
});

test("with onFailure: continue a failure is noted", () => {
  const skipped: Unfit[] = [];
  deepEqual(stated("no\n", { ...definition, onFailure: "continue" }, skipped), []);
  equal(skipped[0]?.code, "edits_invalid");
});
