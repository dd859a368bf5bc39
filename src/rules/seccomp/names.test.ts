/** Names by number, the way back, and what each release of libseccomp knows. */

import { deepEqual, equal, ok, test } from "../../../test/portable/api.ts";
import { capabilityName, nameOf, namesOfAbi, numberOf } from "./names.ts";
import { knownToLibseccomp } from "./names-libseccomp.ts";
import { decodeTable, encodeTable } from "./names-table.ts";

test("a number has a name in each ABI, and the name has the number", () => {
  equal(nameOf("x86_64", 0), "read");
  equal(nameOf("x86_64", 435), "clone3");
  equal(nameOf("i386", 0), "restart_syscall");
  equal(nameOf("i386", 20), "getpid");
  equal(nameOf("x32", 512), "rt_sigaction");
  equal(nameOf("x32", 13), undefined);
  equal(nameOf("aarch64", 79), "newfstatat");
  equal(nameOf("aarch64", 80), "fstat");
  equal(nameOf("aarch64", 163), "getrlimit");
  equal(numberOf("aarch64", "renameat"), 38);
  equal(numberOf("aarch64", "open"), undefined);
  equal(numberOf("x86_64", "mseal"), 462);
  for (const abi of ["x86_64", "i386", "x32", "aarch64"] as const)
    for (const name of namesOfAbi(abi)) equal(nameOf(abi, numberOf(abi, name) ?? -1), name);
});

test("a number that no table has gets no invented name", () => {
  equal(nameOf("x86_64", 500), undefined);
  equal(nameOf("x86_64", 340), undefined);
  equal(numberOf("x86_64", "syscall_1f4"), undefined);
  equal(numberOf("x86_64", "constructor"), undefined);
});

test("capabilities have names", () => {
  equal(capabilityName(0), "CAP_CHOWN");
  equal(capabilityName(40), "CAP_CHECKPOINT_RESTORE");
  equal(capabilityName(41), undefined);
});

test("a table survives its way through a string", () => {
  const table = [undefined, "one", "two", undefined, undefined, "five"];
  equal(encodeTable(table), "1:one two 5:five");
  deepEqual(decodeTable(encodeTable(table)), table);
  deepEqual(decodeTable(""), []);
});

test("a release of libseccomp knows the names of its time", () => {
  ok(knownToLibseccomp("mseal", undefined));
  ok(knownToLibseccomp("openat2", "2.5.4"));
  ok(!knownToLibseccomp("cachestat", "2.5.4"));
  ok(knownToLibseccomp("cachestat", "2.5.4-1+deb12u1"));
  ok(!knownToLibseccomp("mseal", "2.5.4-1+deb12u1"));
  ok(knownToLibseccomp("mseal", "2.6.0"));
  ok(!knownToLibseccomp("listns", "2.6.0"));
  ok(knownToLibseccomp("listns", "2.6.1"));
});
