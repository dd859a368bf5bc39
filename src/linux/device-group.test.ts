import { deepEqual, equal, ok, skip, test } from "../../test/portable/api.ts";
import { loadProgram } from "./bpf.ts";
import { attachedPrograms, attachProgram, instructionsOf, openProgram } from "./bpf-attach.ts";
import { type Cgroup, joinCgroup, killCgroup, makeCgroup, ownCgroup, removeCgroup } from "./cgroup.ts";
import { sleep } from "./clock.ts";
import { close } from "./descriptor.ts";
import { allowDevice, CGROUP_DEVICE, type DeviceNumber, PROGRAM_CGROUP_DEVICE } from "./device-group.ts";
import { LinuxError } from "./error.ts";
import { O, open } from "./open.ts";
import { exit, fork } from "./process.ts";
import { randomHex } from "./random.ts";
import { wait } from "./wait.ts";

const ZERO: DeviceNumber = { type: "c", major: 1, minor: 5 };

function childGroup(): Cgroup | null {
  const own = ownCgroup();
  return own === null ? null : makeCgroup(own, `hookwright-test-${randomHex(4)}`);
}

/** A group with a process in it, whose own program refuses every device. */
function inRefusingGroup(work: (group: Cgroup, pid: number) => void): void {
  const group = childGroup();
  ok(group);
  // r0 = 0; exit
  const instructions = new Uint8Array([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);
  const program = loadProgram({ type: PROGRAM_CGROUP_DEVICE, instructions, license: "GPL" });
  const pid = fork();
  if (pid === 0) {
    sleep(20_000);
    exit(0);
  }
  try {
    attachProgram(group.fd, CGROUP_DEVICE, program);
    equal(joinCgroup(group, pid), true);
    work(group, pid);
  } finally {
    close(program);
    killCgroup(group);
    wait(pid);
    for (let i = 0; i < 100 && !removeCgroup({ ...group, fd: open(group.path, O.RDONLY) }); i++) sleep(5);
    close(group.fd);
  }
}

/** What a process of the group gets that opens a file: 0, or an error number. */
function opened(group: Cgroup, path: string, flags: number): number {
  const pid = fork();
  if (pid === 0) {
    if (!joinCgroup(group)) exit(255);
    try {
      open(path, flags);
      exit(0);
    } catch (error) {
      exit(error instanceof LinuxError ? error.errno : 254);
    }
  }
  const ending = wait(pid)?.ending;
  return ending?.exited ? ending.code : 253;
}

const probe = childGroup();
if (probe !== null) removeCgroup(probe);
const groupTest: typeof test =
  probe === null ? (name) => skip(name, "no cgroup v2 that can be written") : (name, fn) => test(name, fn);

const EPERM = 1;

groupTest(
  "a program that refuses everything lets one device through, once it is allowed, and no other",
  () => {
    inRefusingGroup((group, pid) => {
      equal(opened(group, "/dev/zero", O.RDWR), EPERM);
      ok(allowDevice(pid, ZERO, "rwm") > 0);
      equal(opened(group, "/dev/zero", O.RDWR), 0);
      equal(opened(group, "/dev/full", O.RDONLY), EPERM);
      // The number of a block device is another one.
      equal(attachedPrograms(group.fd, CGROUP_DEVICE).ids.length, 1);
    });
  },
);

groupTest("only the access that was asked for", () => {
  inRefusingGroup((group, pid) => {
    allowDevice(pid, ZERO, "r");
    equal(opened(group, "/dev/zero", O.RDONLY), 0);
    equal(opened(group, "/dev/zero", O.WRONLY), EPERM);
    equal(opened(group, "/dev/zero", O.RDWR), EPERM);
  });
});

groupTest("a second time changes nothing, and each of several programs is told", () => {
  inRefusingGroup((group, pid) => {
    const instructions = new Uint8Array([0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]);
    const second = loadProgram({ type: PROGRAM_CGROUP_DEVICE, instructions, license: "GPL" });
    attachProgram(group.fd, CGROUP_DEVICE, second);
    close(second);
    for (const access of ["rwm", "rw"]) {
      allowDevice(pid, ZERO, access);
      const { ids } = attachedPrograms(group.fd, CGROUP_DEVICE);
      equal(ids.length, 2);
      allowDevice(pid, ZERO, access);
      deepEqual(attachedPrograms(group.fd, CGROUP_DEVICE).ids, ids);
    }
    equal(opened(group, "/dev/zero", O.RDWR), 0);
    const [id = 0] = attachedPrograms(group.fd, CGROUP_DEVICE).ids;
    const program = openProgram(id);
    const after = instructionsOf(program);
    close(program);
    deepEqual(after.subarray(after.length - 16), instructions);
  });
});
