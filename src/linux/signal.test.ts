import { deepEqual, equal, ok, test } from "../../test/portable/api.ts";
import { close, isCloseOnExec } from "./descriptor.ts";
import { POLL, ready } from "./poll.ts";
import { exit, fork, getpid, kill } from "./process.ts";
import { readText } from "./read.ts";
import {
  blockedSignals,
  blockSignals,
  ignoreSignal,
  readSignal,
  resetSignals,
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

test("a reset gives a started program default actions and nothing blocked", () => {
  const pid = fork();
  if (pid === 0) {
    ignoreSignal(SIGNAL.PIPE);
    ignoreSignal(SIGNAL.TERM);
    blockSignals([SIGNAL.INT, SIGNAL.HUP]);
    const dirty = (lowBits("SigIgn") & 0x5000) === 0x5000 && lowBits("SigBlk") !== 0;
    resetSignals();
    exit(dirty && lowBits("SigIgn") === 0 && lowBits("SigBlk") === 0 ? 0 : 1);
  }
  deepEqual(wait(pid)?.ending, { exited: true, code: 0 });
});

/** Signals 1 to 32 of a mask in /proc/self/status, which writes 16 hexadecimal digits. */
function lowBits(name: string): number {
  const status = readText("/proc/self/status", 65536);
  const at = status.indexOf(`${name}:\t`) + name.length + 2;
  return Number.parseInt(status.slice(at + 8, at + 16), 16);
}

test("a descriptor of a signal closes", () => {
  const fd = signalfd([SIGNAL.USR1]);
  ok(fd > 2);
  close(fd);
});
