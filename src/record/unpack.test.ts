import { deepEqual, equal, ok, test } from "../../test/portable/api.ts";
import { kernelSide } from "./load.ts";
import { unpack } from "./unpack.ts";

const object = { context: 0, maps: {}, programs: {} };

test("a block is unpacked: literals, matches near and far, long ones, and those that overlap what they make", () => {
  // Four literals, a match of 4 at distance 4, one of 5 at distance 1; then a last literal.
  const packed = "QGFiY2QEABFkAQAQIQ==";
  const { data, instructions } = unpack({ ...object, data: 4, instructions: 11, packed });
  equal(String.fromCharCode(...data), "abcd");
  equal(String.fromCharCode(...instructions), "abcddddddd!");
});

test("a length of 15 and more goes on in the bytes behind it", () => {
  // Token 0x1f: one literal, a match of 15 + 255 + 3 + 4 at distance 1.
  const { data } = unpack({ ...object, data: 278, instructions: 0, packed: "H3gBAP8D" });
  deepEqual([...new Set(data)], [120]);
});

test("the kernel side of this architecture is a program that ends in an exit", async () => {
  const kernel = await kernelSide();
  const { data, instructions } = unpack(kernel);
  equal(data.length, kernel.data);
  equal(instructions.length % 8, 0);
  equal(instructions[instructions.length - 8], 0x95);
  for (const name of ["slots", "namespaces", "tags", "arguments", "places", "book", "rodata"])
    ok((kernel.maps[name] ?? 0) >= 24, name);
});
