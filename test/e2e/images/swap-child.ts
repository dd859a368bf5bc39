/** A process of the unpack tests: exchanges what two paths name, as fast as it can, until its standard input ends. */

import { primitive } from "../../../src/host/bun.ts";
import { exchange } from "../../../src/linux/link.ts";
import { bind } from "../../../src/linux/primitive.ts";

bind(primitive);
const [, , one = "", other = ""] = process.argv;
let going = true;
process.stdin.on("end", () => {
  going = false;
});
process.stdin.resume();
process.stdout.write("ready\n");
while (going) {
  for (let i = 0; i < 200; i++) {
    try {
      exchange(one, other);
    } catch {
      // One of them is being replaced.
    }
  }
  await new Promise(setImmediate);
}
