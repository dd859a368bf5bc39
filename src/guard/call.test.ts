import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { variable } from "../spec/environment.ts";
import { isHex } from "../spec/plan.ts";
import { parseBeginCall, parseCall, parseCollectCall } from "./call.ts";

const HEX = "0123456789abcdef".repeat(4);
const words = (...rest: string[]) => ["hookwright-guard", ...rest];

test("a call names entry, stage, plan and runtime", () => {
  deepEqual(parseCall(words(`/store/${HEX}`, "poststop", HEX, "crun")), {
    entry: `/store/${HEX}`,
    digest: HEX,
    store: "/store",
    stage: "poststop",
    plan: HEX,
    runtime: "crun",
  });
  equal(parseCall(words(`/store/${HEX}`, "prestart", HEX)).runtime, undefined);
});

test("only over NRI a call carries the pod's namespace", () => {
  const call = words(`/store/${HEX}`, "poststop", HEX, "");
  equal(parseCall([...call, "nri", "prod"]).namespace, "prod");
  equal(parseCall([...call, "nri", ""]).namespace, undefined);
  equal(parseCall([...call, "cdi", "prod"]).namespace, undefined);
});

test("a call that no injector writes is refused", () => {
  for (const [entry, stage, plan] of [
    [`store/${HEX}`, "poststop", HEX],
    [`/store/${HEX.toUpperCase()}`, "poststop", HEX],
    [`/store/${HEX}0`, "poststop", HEX],
    [`/store/${HEX}`, "prestop", HEX],
    [`/store/${HEX}`, "poststop", `sha256:${HEX}`],
    [`/store/${HEX}`, "poststop", ""],
  ]) {
    throws(() => parseCall(words(entry ?? "", stage ?? "", plan ?? "")), "read the guard's arguments");
  }
  throws(() => parseCall([]), "no absolute path");
});

test("collect takes a directory and a plan", () => {
  deepEqual(parseCollectCall(words("collect", "/run/spool/x", HEX)), { spool: "/run/spool/x", plan: HEX });
  throws(() => parseCollectCall(words("collect", "spool", HEX)), "no absolute path");
});

test("begin takes a plan", () => {
  equal(parseBeginCall(words("begin", "", HEX)), HEX);
  throws(() => parseBeginCall(words("begin", HEX)), "is no digest");
});

test("a digest is 64 lower-case hex digits", () => {
  equal(isHex(HEX), true);
  for (const word of ["", HEX.slice(1), `${HEX.slice(1)}g`, `${HEX.slice(1)}/`, `${HEX}\n`])
    equal(isHex(word), false);
});

test("the first variable of a name counts", () => {
  equal(variable(["AB=0", "A=1", "A=2"], "A"), "1");
  equal(variable(["A="], "A"), "");
  equal(variable(["AB=1"], "A"), undefined);
});
