import { deepEqual, equal, test } from "../../test/portable/api.ts";
import { sleep } from "./clock.ts";
import { close, pipe } from "./descriptor.ts";
import { POLL, ready } from "./poll.ts";
import {
  hasNoNewPrivileges,
  isChildSubreaper,
  isDumpable,
  processName,
  setChildSubreaper,
  setDumpable,
  setNoNewPrivileges,
  setParentDeathSignal,
  setProcessName,
} from "./prctl.ts";
import { exit, fork } from "./process.ts";
import { SIGNAL } from "./signal.ts";
import { wait } from "./wait.ts";

test("a subreaper gets the orphans below it", () => {
  equal(isChildSubreaper(), false);
  setChildSubreaper(true);
  equal(isChildSubreaper(), true);
  const child = fork();
  if (child === 0) {
    if (fork() === 0) {
      sleep(50);
      exit(7);
    }
    exit(0);
  }
  deepEqual(wait(child)?.ending, { exited: true, code: 0 });
  deepEqual(wait(-1)?.ending, { exited: true, code: 7 });
  setChildSubreaper(false);
});

test("a process dies with its parent when it asked to", () => {
  const { read, write } = pipe();
  const child = fork();
  if (child === 0) {
    if (fork() === 0) {
      setParentDeathSignal(SIGNAL.KILL);
      sleep(20_000);
      exit(0);
    }
    sleep(50);
    exit(0);
  }
  close(write);
  wait(child);
  // The grandchild holds the other copy of the writing end: its end is the hang-up.
  equal(ready(read, POLL.IN, 5000), true);
  close(read);
});

test("dumpable, new privileges and the name are set in a child", () => {
  const child = fork();
  if (child === 0) {
    setDumpable(false);
    const hidden = !isDumpable();
    const before = hasNoNewPrivileges();
    setNoNewPrivileges();
    setProcessName("hookwright-test-name");
    exit(hidden && !before && hasNoNewPrivileges() && processName() === "hookwright-test" ? 0 : 1);
  }
  deepEqual(wait(child)?.ending, { exited: true, code: 0 });
});
