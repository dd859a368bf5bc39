import { deepEqual, equal, ok, skip, test } from "../../test/portable/api.ts";
import { loadProgram } from "./bpf.ts";
import { attachedPrograms, attachProgram, instructionsOf, openProgram } from "./bpf-attach.ts";
import { type Cgroup, isPopulated, killCgroup, makeCgroup, ownCgroup, removeCgroup } from "./cgroup.ts";
import { sleep } from "./clock.ts";
import { close } from "./descriptor.ts";
import { allowDevice, CGROUP_DEVICE, type DeviceNumber, PROGRAM_CGROUP_DEVICE } from "./device-group.ts";
import { randomHex } from "./random.ts";
import { spawn } from "./spawn.ts";
import { executeFile } from "./steps.ts";
import { wait } from "./wait.ts";

const BUSYBOX = "/usr/bin/busybox";
/** r0 = 0; exit */
const REFUSE = new Uint8Array([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);
const ZERO: DeviceNumber = { type: "c", major: 1, minor: 5 };

function childGroup(): Cgroup | null {
  const own = ownCgroup();
  return own === null ? null : makeCgroup(own, `hookwright-test-${randomHex(4)}`);
}

/** A group with a process in it, whose own program refuses every device. */
function inRefusingGroup(work: (group: Cgroup, pid: number) => void): void {
  const program = loadProgram({ type: PROGRAM_CGROUP_DEVICE, instructions: REFUSE, license: "GPL" });
  const group = childGroup();
  ok(group);
  const sleeper = spawn([executeFile(BUSYBOX, ["sleep", "60"], [])], group.fd);
  try {
    attachProgram(group.fd, CGROUP_DEVICE, program);
    work(group, sleeper.pid);
  } finally {
    close(program);
    killCgroup(group);
    wait(sleeper.pid);
    sleeper.failure();
    close(sleeper.pidfd);
    for (let i = 0; i < 100 && isPopulated(group) === true; i++) sleep(5);
    removeCgroup(group);
  }
}

/** Whether a process of the group can open a file; `sign` as a shell has it. */
function opens(group: Cgroup, sign: "<" | ">" | "<>", path: string): boolean {
  const child = spawn([executeFile(BUSYBOX, ["sh", "-c", `exec 2>&-; exec 3${sign}${path}`], [])], group.fd);
  const ending = wait(child.pid)?.ending;
  close(child.pidfd);
  equal(child.failure(), undefined);
  return ending?.exited === true && ending.code === 0;
}

const probe = childGroup();
if (probe !== null) removeCgroup(probe);
const groupTest: typeof test =
  probe === null ? (name) => skip(name, "no cgroup v2 that can be written") : (name, fn) => test(name, fn);

groupTest(
  "a program that refuses everything lets one device through, once it is allowed, and no other",
  () => {
    inRefusingGroup((group, pid) => {
      equal(opens(group, "<>", "/dev/zero"), false);
      ok(allowDevice(pid, ZERO, "rwm") > 0);
      equal(opens(group, "<>", "/dev/zero"), true);
      equal(opens(group, "<", "/dev/full"), false);
      equal(attachedPrograms(group.fd, CGROUP_DEVICE).ids.length, 1);
    });
  },
);

groupTest("only the access that was asked for", () => {
  inRefusingGroup((group, pid) => {
    allowDevice(pid, ZERO, "r");
    equal(opens(group, "<", "/dev/zero"), true);
    equal(opens(group, ">", "/dev/zero"), false);
    equal(opens(group, "<>", "/dev/zero"), false);
  });
});

groupTest("a second time changes nothing, and each of several programs is told", () => {
  inRefusingGroup((group, pid) => {
    const second = loadProgram({ type: PROGRAM_CGROUP_DEVICE, instructions: REFUSE, license: "GPL" });
    attachProgram(group.fd, CGROUP_DEVICE, second);
    close(second);
    for (const access of ["rwm", "rw"]) {
      allowDevice(pid, ZERO, access);
      const { ids } = attachedPrograms(group.fd, CGROUP_DEVICE);
      equal(ids.length, 2);
      allowDevice(pid, ZERO, access);
      deepEqual(attachedPrograms(group.fd, CGROUP_DEVICE).ids, ids);
    }
    equal(opens(group, "<>", "/dev/zero"), true);
    const [id = 0] = attachedPrograms(group.fd, CGROUP_DEVICE).ids;
    const program = openProgram(id);
    const after = instructionsOf(program);
    close(program);
    deepEqual(after.subarray(after.length - 16), REFUSE);
  });
});
