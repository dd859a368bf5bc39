import { deepEqual, equal, ok, test } from "../../test/portable/api.ts";
import { close, isCloseOnExec } from "./descriptor.ts";
import { POLL, ready } from "./poll.ts";
import { exit, fork, getpid, kill } from "./process.ts";
import {
  blockedSignals,
  blockSignals,
  readSignal,
  SIGNAL,
  signalfd,
  signalName,
  unblockSignals,
} from "./signal.ts";
import { wait } from "./wait.ts";

test("signals have names", () => {
  equal(signalName(SIGNAL.TERM), "SIGTERM");
  equal(signalName(SIGNAL.KILL), "SIGKILL");
  equal(signalName(SIGNAL.CHLD), "SIGCHLD");
  equal(signalName(31), "SIGSYS");
  equal(signalName(40), "SIG40");
});

test("what is blocked is shown, and unblocked again", () => {
  const before = blockedSignals();
  blockSignals([SIGNAL.USR2, 40]);
  ok(blockedSignals().includes(SIGNAL.USR2) && blockedSignals().includes(40));
  unblockSignals([SIGNAL.USR2, 40]);
  deepEqual(blockedSignals(), before);
});

test("a blocked signal is read from a descriptor, with its sender", () => {
  const pid = fork();
  if (pid === 0) {
    blockSignals([SIGNAL.USR1, SIGNAL.TERM]);
    const fd = signalfd([SIGNAL.USR1, SIGNAL.TERM]);
    const none = readSignal(fd) === null;
    kill(getpid(), SIGNAL.TERM);
    const woken = ready(fd, POLL.IN, 1000);
    const got = readSignal(fd);
    exit(none && woken && isCloseOnExec(fd) && got?.signal === SIGNAL.TERM && got.pid === getpid() ? 0 : 1);
  }
  deepEqual(wait(pid)?.ending, { exited: true, code: 0 });
});

test("a descriptor of a signal closes", () => {
  const fd = signalfd([SIGNAL.USR1]);
  ok(fd > 2);
  close(fd);
});
