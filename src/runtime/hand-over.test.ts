/** What goes to the runtime is what came, byte for byte. */

import { expect, test } from "bun:test";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { argumentBlock } from "./hand-over.ts";

bind(primitive);
const bytes = (text: string) => Uint8Array.from([...text].map((c) => c.charCodeAt(0)));

test.each([
  ["w\0", [], "/r\0"],
  ["w\0state\0x\0", [], "/r\0state\0x\0"],
  ["w\0--runtime-path\0/r\0state\0x\0", [0, 1], "/r\0state\0x\0"],
  ["w\0--root\0R\0--runtime-path=/r\0state\0", [2], "/r\0--root\0R\0state\0"],
  ["w\0state\0\0\0", [], "/r\0state\0\0\0"],
  ["w\0state\0--runtime-path\0", [1], "/r\0state\0"],
  ["w\0state\0\xff\xfe\0", [], "/r\0state\0\xff\xfe\0"],
])("%j without %j", (argv, own, expected) => {
  expect(argumentBlock("/r", bytes(argv), own)).toEqual(bytes(expected));
});
