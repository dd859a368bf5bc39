/**
 * What scripts write is what they would write today: from the kernel's headers, so no call has another number and none of theirs
 * is missing, and from the protocol buffers.
 */

import { expect, test } from "bun:test";
import { numberOf } from "../src/rules/seccomp/names.ts";
import type { Abi } from "../src/spec/recording.ts";

const CHECKOUT = `${import.meta.dir}/..`;

const run = (...command: string[]) => Bun.spawnSync(command, { cwd: CHECKOUT });

test.each(["generate-syscalls", "generate-nri"])("scripts/%s.ts --check", (script) => {
  const { exitCode, stderr } = run(process.execPath, `scripts/${script}.ts`, "--check");
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
});

test("the tables that were built are those of the headers that are installed", async () => {
  const { stdout, stderr } = run(process.execPath, "scripts/generate-syscall-names.ts", "--print");
  expect(stderr.toString()).toBe("");
  expect(stdout.toString()).toBe(await Bun.file(`${CHECKOUT}/src/rules/seccomp/generated/tables.ts`).text());
});

test.skipIf(process.arch !== "x64").each<[Abi, string]>([
  ["x86_64", "-m64"],
  ["i386", "-m32"],
  ["x32", "-mx32"],
])("every call that a C compiler knows for %s has its number", (abi, flag) => {
  const source = "echo '#include <asm/unistd.h>'";
  const include = "-I/usr/include/$(gcc -print-multiarch)";
  const read = run("sh", "-c", `${source} | gcc ${flag} ${include} -E -dM -`).stdout.toString();
  const calls = [...read.matchAll(/^#define __NR_(\w+) (?:\(__X32_SYSCALL_BIT \+ )?(\d+)\)?$/gm)];
  expect(calls.length).toBeGreaterThan(300);
  for (const [, name = "", number] of calls)
    expect([name, numberOf(abi, name)]).toEqual([name, Number(number)]);
});
