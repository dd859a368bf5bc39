/** The measured table says as many names as were measured, and only names that exist. */

import { deepEqual, equal, ok, test } from "../../../test/portable/api.ts";
import {
  execNeeds,
  goRuntimeStrays,
  measuredOf,
  measuredRuntimes,
  runtimeNeeds,
  siblingsOf,
  vdsoCalls,
} from "./baseline.ts";
import { numberOf } from "./names.ts";

test("each runtime has as many names as were measured", () => {
  const counts = measuredRuntimes().map((one) => [
    `${one.name} ${one.version}`,
    new Set(runtimeNeeds(one, true)).size,
    new Set(runtimeNeeds(one, false)).size,
  ]);
  deepEqual(counts, [
    ["crun 1.8.1", 2, 11],
    ["crun 1.28", 3, 12],
    ["runc 1.1.5", 10, 24],
    // 27 were seen; rt_sigreturn may come at any time.
    ["runc 1.3.6", 12, 28],
  ]);
});

test("every name of the table is a system call", () => {
  const names = measuredRuntimes().flatMap((one) => [...runtimeNeeds(one, undefined), ...execNeeds(one)]);
  for (const name of [...names, ...goRuntimeStrays(), ...vdsoCalls()])
    ok(numberOf("x86_64", name) !== undefined, name);
  for (const name of siblingsOf(
    new Set(["newfstatat", "open", "poll", "select", "clone", "getrlimit", "mmap", "lseek"]),
  ))
    ok(numberOf("x86_64", name) !== undefined || numberOf("i386", name) !== undefined, name);
});

test("a version that was measured counts alone, packaged or not; any other means all of its runtime", () => {
  const versions = (version?: string) => measuredOf("runc", version).map((one) => one.version);
  deepEqual(versions("1.1.5"), ["1.1.5"]);
  deepEqual(versions("1.1.5+ds1-1+deb12u1"), ["1.1.5"]);
  deepEqual(versions("1.1.50"), ["1.1.5", "1.3.6"]);
  deepEqual(versions("1.2.4"), ["1.1.5", "1.3.6"]);
  deepEqual(versions(), ["1.1.5", "1.3.6"]);
  equal(measuredOf("crun", "1.28")[0]?.version, "1.28");
});
