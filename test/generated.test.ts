/**
 * What scripts write is what they would write today: from the kernel's headers, so no call has another number and none of theirs
 * is missing, and from the protocol buffers.
 */

import { expect, test } from "bun:test";

test.each(["generate-syscall-names", "generate-syscalls", "generate-nri"])(
  "scripts/%s.ts --check",
  (script) => {
    const { exitCode, stderr } = Bun.spawnSync([process.execPath, `scripts/${script}.ts`, "--check"], {
      cwd: `${import.meta.dir}/..`,
    });
    expect([exitCode, stderr.toString()]).toEqual([0, ""]);
  },
  60_000,
);
