import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { decode } from "../linux/primitive.ts";
import { parseState } from "./state.ts";

const parse = parseState;

test("the dialects of the runtimes", () => {
  const runc = parse(
    '{"ociVersion":"1.0.2","id":"c","status":"creating","pid":7,"bundle":"/b","annotations":{"a":"1"}}',
  );
  deepEqual(
    [runc.id, runc.bundle, runc.pid, runc.status, runc.annotations.a],
    ["c", "/b", 7, "creating", "1"],
  );
  const crun = parse('{"ociVersion":"1.0","id":"c","pid":0,"root":"/r","bundle":"/b","status":"stopped"}');
  deepEqual([crun.pid, Object.keys(crun.annotations).length], [undefined, 0]);
  equal(parse('{"id":"c","pid":-1,"bundle":"/b","annotations":null}').pid, undefined);
});

test("what is missing or of another type is empty", () => {
  const state = parse('{"id":7,"bundle":[],"pid":"1","status":3,"annotations":["x"]}');
  deepEqual([state.id, state.bundle, state.pid, state.status], ["", "", undefined, undefined]);
  equal(parse("{}").id, "");
});

test("__proto__ is a key like any other", () => {
  const { annotations } = parse('{"annotations":{"__proto__":"x","constructor":"y","n":1}}');
  equal(Object.hasOwn(annotations, "__proto__"), true);
  equal(Reflect.get(annotations, "constructor"), "y");
  equal("toString" in annotations, false);
  equal("n" in annotations, false);
});

test("what is no object is refused", () => {
  for (const text of ["", "null", "[]", "1", '"x"', "{", "[".repeat(100_000)]) {
    throws(() => parse(text), "read the container's state");
  }
});

test("bytes that are not UTF-8 do not make a state invalid", () => {
  equal(
    parseState(decode(new Uint8Array([0x7b, 0x22, 0x69, 0x64, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]))).id,
    "\ufffd",
  );
});
