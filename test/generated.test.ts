/** What scripts write from the kernel's headers is what these say: no call has another number, none of theirs is missing. */

import { expect, test } from "bun:test";

test.each(["generate-syscall-names", "generate-syscalls"])("scripts/%s.ts --check", (script) => {
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, `scripts/${script}.ts`, "--check"], {
    cwd: `${import.meta.dir}/..`,
  });
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
});
