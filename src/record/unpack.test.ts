import { equal, ok, test } from "../../test/portable/api.ts";
import { kernelSide } from "./load.ts";
import { unpack } from "./unpack.ts";

test("the kernel side of this architecture is a program that ends in an exit", async () => {
  const kernel = await kernelSide();
  const { data, instructions } = unpack(kernel);
  equal(data.length, kernel.data);
  equal(instructions.length % 8, 0);
  equal(instructions[instructions.length - 8], 0x95);
  for (const name of ["slots", "namespaces", "tags", "arguments", "places", "book", "rodata"])
    ok((kernel.maps[name] ?? 0) >= 24, name);
});
