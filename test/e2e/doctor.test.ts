/**
 * The doctor as a program: on a machine in order, on one whose kernel answers as an older one does (strace does the
 * answering), under each arrangement of control groups, without a runtime, and with names that lead elsewhere.
 */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { copyFileSync, linkSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { applyPlan, hookScript } from "../support/plan.ts";
import { built, program } from "../support/programs.ts";
import { type TempRoot, tempRoot } from "../support/root.ts";
import { type Outcome, run } from "../support/runtime.ts";

const ready = built("hookwright", "hookwright-host", "hookwright-runc");
const NAMES = ["hookwright-runtime", "hookwright-runc", "hookwright-crun", "oci-add-hooks"];

let root: TempRoot;
let installed: string;
beforeEach(() => {
  root = tempRoot();
  installed = `${root.work}/bin`;
  mkdirSync(installed);
  for (const name of ["hookwright", "hookwright-host"] as const)
    linkSync(program(name), `${installed}/${name}`);
  for (const name of NAMES) symlinkSync("hookwright-host", `${installed}/${name}`);
});
afterEach(() => root.remove());

/** The doctor of the installation, in a mount namespace that a script arranges first. */
function doctor(arrange: string, ...args: string[]): Promise<Outcome> {
  const words = [`${installed}/hookwright`, "doctor", "--root", root.root, ...args];
  const script = `set -e; ${arrange}; exec "$@"`;
  const env = { PATH: process.env.PATH ?? "" };
  return run(["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", ...words], { env });
}

const UNIFIED = "mount -t cgroup2 cgroup2 /sys/fs/cgroup";

interface Found {
  cgroups: string;
  findings: { code: string; severity: string; message: string; mend: string }[];
}

async function found(arrange: string): Promise<{ code: number | null; said: Found }> {
  const { code, stdout } = await doctor(arrange, "--format", "json");
  return { code, said: JSON.parse(stdout) };
}

async function codes(arrange: string): Promise<string[]> {
  const { code, said } = await found(arrange);
  const graves = said.findings.filter(({ severity }) => severity !== "note");
  const worst = graves.some(({ severity }) => severity === "error") ? 3 : graves.length > 0 ? 1 : 0;
  expect(code).toBe(worst);
  for (const { mend } of said.findings) expect(mend).not.toBe("");
  return graves.map((one) => one.code);
}

describe.skipIf(!ready)("doctor", () => {
  test("a machine in order: facts, nothing to mend, status 0", async () => {
    const hook = hookScript(root.root, "note", "exit 0");
    await applyPlan(root.root, {
      note: {
        version: "1.0.0",
        hook: { path: hook },
        when: { always: true },
        stages: ["createRuntime"],
        guard: { interpreter: "pin" },
      },
    });
    const { code, stdout } = await doctor(UNIFIED);
    expect(stdout).toMatch(/^kernel +\d+\.\d+.*\ncgroups +v2\nplan +sha256:[0-9a-f]{12}\n/);
    expect(stdout).toEndWith("nothing to mend\n");
    expect(code).toBe(0);
  });

  test("a warning is status 1, with the mend below it", async () => {
    rmSync(`${installed}/oci-add-hooks`);
    const { code, stdout } = await doctor(UNIFIED);
    expect(code).toBe(1);
    expect(stdout).toContain(`\nwarning: ${installed}/oci-add-hooks is not there`);
    expect(stdout).toContain(`\n    ln -sf ${installed}/hookwright-host ${installed}/oci-add-hooks`);
    expect(await doctor(UNIFIED, "-q")).toMatchObject({ code: 1, stdout: "name_missing\n" });
  });

  test("names that lead to another program, and nowhere; no host program", async () => {
    for (const name of NAMES.slice(0, 2)) rmSync(`${installed}/${name}`);
    copyFileSync(program("hookwright-host"), `${installed}/${NAMES[0]}`);
    symlinkSync("nowhere", `${installed}/${NAMES[1]}`);
    expect(await codes(UNIFIED)).toEqual(["name_misled", "name_misled"]);
    rmSync(`${installed}/hookwright-host`);
    expect(await codes(UNIFIED)).toEqual(["host_missing"]);
  });

  test("no runtime", async () => {
    const hidden = ["runc", "crun"].map((name) => `p=$(command -v ${name}) && mount --bind /dev/null "$p"`);
    expect(await codes([UNIFIED, ...hidden].join("; "))).toEqual(["no_runtime"]);
  });

  test.each([
    ["v2", UNIFIED, []],
    [
      "v1",
      "mount -t tmpfs none /sys/fs/cgroup; mkdir /sys/fs/cgroup/x; mount -t cgroup -o none,name=hookwright-test none /sys/fs/cgroup/x",
      ["cgroup_v1"],
    ],
    ["none", "mount -t tmpfs none /sys/fs/cgroup", ["cgroup_none"]],
  ])("control groups: %s", async (mode, arrange, expected) => {
    const { said } = await found(arrange);
    expect(said.cgroups).toBe(mode);
    expect(said.findings.map(({ code }) => code).filter((code) => code.startsWith("cgroup"))).toEqual(
      expected,
    );
  });

  test("a hybrid host refuses crun when version 2 has a controller", async () => {
    const arrange =
      "mount -t tmpfs none /sys/fs/cgroup; mkdir /sys/fs/cgroup/unified; mount -t cgroup2 none /sys/fs/cgroup/unified";
    const { said } = await found(arrange);
    expect(said.cgroups).toBe("hybrid");
    const { stdout } = await run([
      "unshare",
      "-m",
      "sh",
      "-c",
      `${arrange}; cat /sys/fs/cgroup/unified/cgroup.controllers`,
    ]);
    const refused = said.findings.some(({ code }) => code === "cgroup_hybrid");
    expect(refused).toBe(stdout.trim() !== "");
  });

  test("a kernel without calls that we use, and a filter that refuses them", async () => {
    const answering = (calls: string, errno: string) =>
      `${UNIFIED}; exec strace -f --seccomp-bpf -qq -o /dev/null -e inject=${calls}:error=${errno} "$@"`;
    const older = await found(answering("clone3,mount_setattr", "ENOSYS"));
    expect(older.code).toBe(1);
    expect(older.said.findings.map(({ code }) => code)).toEqual(["kernel_call", "kernel_call"]);
    expect(older.said.findings[1]?.message).toStartWith("this kernel has no mount_setattr");
    // A clone3 that is refused so ends Bun itself.
    const filtered = await found(answering("mount_setattr,openat2", "EPERM"));
    expect(filtered.code).toBe(3);
    expect(filtered.said.findings[0]?.message).toStartWith("openat2 is refused here: the guard runs no hook");
  });

  test("no type information, and no overlayfs", async () => {
    const others = `${root.work}/filesystems`;
    const arrange = `mount -t tmpfs none /sys/kernel/btf; grep -v overlay /proc/filesystems >${others}; mount --bind ${others} /proc/filesystems`;
    const { code, said } = await found(`${UNIFIED}; ${arrange}`);
    expect(code).toBe(1);
    expect(said.findings.map((one) => `${one.severity} ${one.code}`)).toEqual([
      "warning kernel_btf",
      "note kernel_overlay",
    ]);
  });
});
