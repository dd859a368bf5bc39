import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { monotonicMs } from "../linux/clock.ts";
import { STAGES, type Stage } from "../spec/stage.ts";
import { callOf } from "./call.ts";
import { command } from "./command.ts";
import { type Capability, defineHook } from "./define.ts";
import { perform } from "./perform.ts";

const inside: Capability<number> = {
  name: "inside",
  stages: ["createContainer"],
  because: "there is no inside",
  open: () => 1,
};
const run = () => {};

test("a use at a stage where it makes no sense is refused when the hook is defined", () => {
  const stages: Stage[] = ["createContainer", "poststop"];
  throws(
    () => defineHook({ name: "x", stages, uses: { inside }, run }),
    "define the hook x: `inside` makes no sense at poststop: there is no inside",
  );
  defineHook({ name: "x", stages: ["createContainer"], uses: { inside }, run });
});

test("a hook needs a name, a stage, and calls what it uses by its name", () => {
  for (const name of ["", "Bridge", "a b", "a/b", "-a", "x".repeat(65)])
    throws(() => defineHook({ name, stages: ["poststop"], run }), "a name has");
  throws(() => defineHook({ name: "x", stages: [], run }), "no stage");
  throws(() => defineHook({ name: "x", stages: ["create" as Stage], run }), '"create" is no stage');
  throws(
    () => defineHook({ name: "x", stages: ["createContainer"], uses: { other: inside }, run }),
    "`inside` is called `other`",
  );
});

const outside: Capability<number, "createRuntime"> = {
  name: "outside",
  stages: ["createRuntime"],
  because: "it is over",
  open: () => 1,
};
const always: Capability<number> = { name: "always", stages: STAGES, because: "", open: () => 2 };

test("what is undone is undone at poststop, with what makes sense there, and was remembered where that is possible", () => {
  for (const [stage, why] of [
    ["poststop", "`undo` is what it does at poststop"],
    ["createContainer", "nothing can be remembered at createContainer"],
  ] as const)
    throws(() => defineHook({ name: "x", stages: [stage], undo: { a() {} }, run }), why);
  const hook = defineHook({
    name: "x",
    stages: ["createRuntime"],
    uses: { outside, always },
    undo: {
      remove({ path }: { path: string }, context) {
        // @ts-expect-error: what makes no sense at poststop is not there.
        equal(context.outside, undefined);
        equal(`${path} ${context.always}`, "/x 2");
      },
    },
    run({ remember }) {
      remember("remove", { path: "/x" });
      // @ts-expect-error: its words are those that the action takes.
      remember("remove", { file: "/x" });
      // @ts-expect-error: there is no such action.
      remember("move", {});
    },
  });
  deepEqual(hook.stages, ["createRuntime", "poststop"]);
  const remembered: unknown[] = [];
  const call = { ...callOf(hook, state({}), ["HOOKWRIGHT_STAGE=createRuntime"]) };
  perform(hook, call, {}, { remember: (...words: unknown[]) => remembered.push(words) });
  deepEqual(remembered[0], ["remove", { path: "/x" }]);
  hook.undo?.remove?.({ path: "/x" }, { always: 2 });
});

const all = {
  name: "x",
  stages: ["createRuntime", "createContainer", "startContainer", "poststop"] as const,
};
const state = (fields: object) => JSON.stringify({ id: "c", bundle: "/b", ...fields });

test("the guard's word for the stage decides; pids of the container's own count are none", () => {
  const pid = (stage: string) => callOf(all, state({ pid: 7 }), [`HOOKWRIGHT_STAGE=${stage}`]).container.pid;
  deepEqual([pid("createRuntime"), pid("createContainer"), pid("startContainer")], [7, undefined, undefined]);
  equal(callOf(all, state({ pid: 0 }), ["HOOKWRIGHT_STAGE=createRuntime"]).container.pid, undefined);
  equal(callOf(all, state({}), ["HOOKWRIGHT_STAGE=startContainer"]).container.bundle, "");
  throws(() => callOf(all, state({}), ["HOOKWRIGHT_STAGE=poststart"]), 'no hook for the stage "poststart"');
});

test("without a guard the state decides, where it leaves no doubt", () => {
  equal(callOf(all, state({ status: "stopped" }), []).stage, "poststop");
  equal(callOf(all, state({ status: "starting" }), []).stage, "startContainer");
  throws(() => callOf(all, state({ status: "creating" }), []), "nobody says at which stage");
  const two = { name: "x", stages: ["createRuntime", "poststop"] as const };
  for (const status of ["creating", "created"])
    equal(callOf(two, state({ status }), []).stage, "createRuntime");
  equal(callOf({ name: "x", stages: ["poststop"] }, state({}), []).stage, "poststop");
});

test("the time that is left ends at 0, and is not limited without a guard", () => {
  const call = (...env: string[]) => callOf({ name: "x", stages: ["poststop"] }, state({}), env);
  equal(call().remaining(), Number.POSITIVE_INFINITY);
  equal(call("HOOKWRIGHT_DEADLINE=1").remaining(), 0);
  const left = call(`HOOKWRIGHT_DEADLINE=${Math.floor(monotonicMs()) + 5000}`).remaining();
  equal(left > 4000 && left <= 5000, true);
});

const commandUntil = (ms: number) =>
  command.open({
    ...callOf({ name: "x", stages: ["poststop"] }, state({}), []),
    deadline: monotonicMs() + ms,
  });

test("a command gets its words, its input and its environment as they are", () => {
  const run = commandUntil(20_000);
  const echoed = run(["/bin/sh", "-c", 'cat; echo "$1|$X"; echo err >&2; exit 3', "sh", "$(id) *"], {
    input: "in\n",
    env: ["X=1"],
  });
  deepEqual([echoed.status, echoed.stdout, echoed.stderr], [3, "in\n$(id) *|1\n", "err\n"]);
  equal(run(["/bin/sh", "-c", "kill -9 $$"]).status, 137);
  const flood = run(["/bin/sh", "-c", "head -c 3000000 /dev/zero; exit 0"]);
  equal(flood.status === 0 && flood.stdout.length >= 1024 * 1024 && flood.stdout.length < 1_100_000, true);
});

test("a command that cannot start, or does not end in time, is a failure", () => {
  throws(() => commandUntil(5000)(["sh"]), "no absolute path");
  throws(() => commandUntil(5000)(["/nonexistent/program"]), "no such file or directory");
  const before = monotonicMs();
  throws(() => commandUntil(400)(["/bin/sh", "-c", "sleep 20"]), "did not end before");
  equal(monotonicMs() - before < 5000, true);
});
