/** Takes measurements: whole processes by the driver (driver.ts), and the largest resident set of one process. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Case, Samples, Work } from "./work.ts";

const DRIVER = `${import.meta.dir}/../dist/bench-driver`;

/** Times the cases, taking turns; `hideUnified` runs them where crun accepts a hybrid cgroup host. */
export async function clock(
  rounds: number,
  cases: Case[],
  hideUnified = false,
  warmup = 3,
): Promise<Samples> {
  const dir = mkdtempSync("/tmp/hookwright-bench-");
  try {
    const work: Work = { rounds, warmup, cases };
    writeFileSync(`${dir}/work.json`, JSON.stringify(work));
    const hide = 'umount /sys/fs/cgroup/unified 2>/dev/null; exec "$@"';
    const command = [DRIVER, `${dir}/work.json`];
    const ran = Bun.spawnSync(
      hideUnified ? ["unshare", "-m", "--propagation", "slave", "sh", "-c", hide, "sh", ...command] : command,
      { stderr: "inherit" },
    );
    if (ran.exitCode !== 0) throw new Error(`the driver failed (${ran.exitCode})`);
    return JSON.parse(ran.stdout.toString());
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** busybox takes the kernel's kilobytes for pages of 4 KiB, and so prints four times what was meant. */
const BUSYBOX_TIMES = 4;

/** Largest resident set of one process of a command, in KiB, by the kernel's own account. */
export function peak(argv: string[], env: string[], stdin?: string): number {
  const ran = Bun.spawnSync(["busybox", "time", "-v", ...argv], {
    env: Object.fromEntries(
      env.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]),
    ),
    stdin: stdin === undefined ? "ignore" : Bun.file(stdin),
  });
  const found = /Maximum resident set size \(kbytes\): (\d+)/.exec(ran.stderr.toString());
  if (found === null) throw new Error(`${argv.join(" ")}: no figure in: ${ran.stderr.toString()}`);
  return Number(found[1]) / BUSYBOX_TIMES;
}
