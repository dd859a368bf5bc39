import { deepEqual, equal, ok, skip, test } from "../../test/portable/api.ts";
import {
  type Cgroup,
  cgroupMount,
  cgroupOf,
  cgroupProcesses,
  isPopulated,
  joinCgroup,
  killCgroup,
  makeCgroup,
  openCgroupEvents,
  ownCgroup,
  removeCgroup,
} from "./cgroup.ts";
import { sleep } from "./clock.ts";
import { close } from "./descriptor.ts";
import { unshare } from "./namespace.ts";
import { POLL, ready } from "./poll.ts";
import { exit, fork } from "./process.ts";
import { randomHex } from "./random.ts";
import { exists } from "./stat.ts";
import { wait } from "./wait.ts";

/** A child group of the own one, or null where this host has none to give. */
function childGroup(): Cgroup | null {
  const own = ownCgroup();
  return own === null ? null : makeCgroup(own, `hookwright-test-${randomHex(4)}`);
}

const probe = childGroup();
if (probe !== null) removeCgroup(probe);
const groupTest: typeof test =
  probe === null ? (name) => skip(name, "no cgroup v2 that can be written") : (name, fn) => test(name, fn);

groupTest("a group holds a tree, tells when it is empty, and kills all of it", () => {
  const group = childGroup();
  ok(group);
  equal(isPopulated(group), false);
  const pid = fork();
  if (pid === 0) {
    if (!joinCgroup(group)) exit(1);
    for (let i = 0; i < 5; i++) {
      if (fork() === 0) {
        sleep(20_000);
        exit(0);
      }
    }
    sleep(20_000);
    exit(0);
  }
  for (let i = 0; i < 500 && cgroupProcesses(group).length < 6; i++) sleep(2);
  equal(cgroupProcesses(group).length, 6);
  equal(isPopulated(group), true);
  const events = openCgroupEvents(group);
  ok(events !== null);
  isPopulated(group);
  equal(killCgroup(group), true);
  deepEqual(wait(pid)?.ending, { exited: false, signal: 9 });
  equal(ready(events, POLL.PRI, 5000), true);
  for (let i = 0; i < 500 && isPopulated(group); i++) sleep(2);
  equal(isPopulated(group), false);
  close(events);
  equal(removeCgroup(group), true);
  equal(exists(group.path), false);
});

groupTest("a group in use stays, and another of its name is not made", () => {
  const group = childGroup();
  ok(group);
  const pid = fork();
  if (pid === 0) {
    joinCgroup(group);
    sleep(20_000);
    exit(0);
  }
  for (let i = 0; i < 500 && !isPopulated(group); i++) sleep(2);
  const own = ownCgroup();
  equal(makeCgroup(own ?? "", group.path.slice((own ?? "").length + 1)), null);
  const copy = { path: group.path, fd: -1 };
  equal(removeCgroup(copy), false);
  killCgroup(group);
  wait(pid);
  for (let i = 0; i < 500 && isPopulated(group); i++) sleep(2);
  equal(removeCgroup(group), true);
  equal(isPopulated(group), null);
});

test("where nothing can be made the answer is null", () => {
  equal(makeCgroup("/proc", "x"), null);
  equal(makeCgroup("/nonexistent", "x"), null);
  equal(joinCgroup({ path: "/nonexistent", fd: -1 }), false);
  equal(cgroupOf(2 ** 22 - 1), null);
});

test("a group outside of the cgroup namespace is not taken for the own one", () => {
  if (cgroupMount() === null) return;
  const pid = fork();
  if (pid === 0) {
    try {
      unshare("cgroup");
      exit(cgroupOf() === "/" ? 0 : 1);
    } catch {
      exit(2);
    }
  }
  deepEqual(wait(pid)?.ending, { exited: true, code: 0 });
});
