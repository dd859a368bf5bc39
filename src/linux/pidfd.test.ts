import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { sleep } from "./clock.ts";
import { close, isCloseOnExec } from "./descriptor.ts";
import { O, open } from "./open.ts";
import { pidfdOpen, pidfdSignal } from "./pidfd.ts";
import { POLL, ready } from "./poll.ts";
import { exit, fork } from "./process.ts";
import { SIGNAL } from "./signal.ts";
import { wait } from "./wait.ts";

function sleeper(): number {
  const pid = fork();
  if (pid !== 0) return pid;
  sleep(20_000);
  exit(0);
}

test("a pidfd tells the end of its process, and signals it", () => {
  const pid = sleeper();
  const fd = pidfdOpen(pid);
  equal(isCloseOnExec(fd), true);
  equal(ready(fd, POLL.IN, 20), false);
  equal(pidfdSignal(fd, SIGNAL.KILL), true);
  equal(ready(fd, POLL.IN, 5000), true);
  deepEqual(wait(pid)?.ending, { exited: false, signal: 9 });
  equal(pidfdSignal(fd, SIGNAL.KILL), false);
  close(fd);
});

test("a /proc directory signals as a pidfd does", () => {
  const pid = sleeper();
  const fd = open(`/proc/${pid}`, O.RDONLY | O.DIRECTORY);
  equal(pidfdSignal(fd, SIGNAL.TERM), true);
  deepEqual(wait(pid)?.ending, { exited: false, signal: 15 });
  close(fd);
});

test("there is no pidfd of nobody", () => {
  throws(() => pidfdOpen(2 ** 22 - 1), "pidfd_open: no such process");
});
