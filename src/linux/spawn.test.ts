import { deepEqual, equal, ok, test } from "../../test/portable/api.ts";
import type { Call } from "./call-list.ts";
import { close, duplicateTo, isCloseOnExec, isOpen, pipe } from "./descriptor.ts";
import { O, open } from "./open.ts";
import { POLL, ready } from "./poll.ts";
import { decode, nr } from "./primitive.ts";
import { getpid } from "./process.ts";
import { readToEnd } from "./read.ts";
import { blockSignals, ignoreSignal, SIGNAL, unblockSignals } from "./signal.ts";
import { spawn } from "./spawn.ts";
import {
  closeOnExec,
  dieWithParent,
  execute,
  fileModeMask,
  newSession,
  pass,
  workingDirectory,
} from "./steps.ts";
import { wait } from "./wait.ts";

/** What /bin/sh writes that was started after these steps. */
function shell(script: string, steps: readonly Call[] = []): string {
  const ends = pipe();
  const fd = open("/bin/sh", O.RDONLY);
  const child = spawn([...steps, pass(ends.write, 1), execute(fd, ["sh", "-c", script], ["A=é"])]);
  close(ends.write);
  const text = decode(readToEnd(ends.read, 65536));
  ok(ready(child.pidfd, POLL.IN, 1000));
  equal(child.failure(), undefined);
  deepEqual(wait(child.pid)?.ending, { exited: true, code: 0 });
  for (const end of [ends.read, fd, child.pidfd]) close(end);
  return text;
}

test("a program is started with its words, its environment and its descriptors", () => {
  equal(shell('echo "$0 $A"'), "sh é\n");
});

test("the steps before it hold in the program, and not here", () => {
  const ends = pipe();
  duplicateTo(ends.read, 60);
  const ids = "cut -d' ' -f5-6 /proc/self/stat";
  const [mask, directory, left, own] = shell(`umask; pwd; [ -e /proc/self/fd/60 ] || echo none; ${ids}`, [
    newSession(),
    closeOnExec(3),
    fileModeMask(0o27),
    workingDirectory("/proc"),
  ]).split("\n");
  deepEqual([mask, directory, left], ["0027", "/proc", "none"]);
  const [group, session] = (own ?? "").split(" ");
  equal(group, session);
  ok(isOpen(60) && !isCloseOnExec(60));
  for (const fd of [ends.read, ends.write, 60]) close(fd);
});

test("a program starts with default actions and nothing blocked", () => {
  // Nobody sends this one, so it may stay ignored.
  ignoreSignal(40);
  blockSignals([SIGNAL.USR1, 41]);
  const masks = shell("grep -E '^Sig(Ign|Blk)' /proc/self/status");
  unblockSignals([SIGNAL.USR1, 41]);
  const none = "0".repeat(16);
  equal(masks, `SigBlk:\t${none}\nSigIgn:\t${none}\n`);
});

/** Why a process that makes these calls does not come to a program. */
function failureOf(calls: readonly Call[]): string {
  const child = spawn(calls);
  deepEqual(wait(child.pid)?.ending, { exited: true, code: 126 });
  close(child.pidfd);
  return child.failure()?.message ?? "none";
}

test("a step that fails is named, and ends the process", () => {
  equal(failureOf([workingDirectory("/nonexistent")]), "chdir: no such file or directory (ENOENT)");
  equal(failureOf([pass(99, 1), newSession()]), "dup3: bad file descriptor (EBADF)");
  ok(
    failureOf([{ name: "getppid", nr: nr.getppid, args: [], wanted: getpid() + 1 }]).startsWith("getppid: "),
  );
  equal(wait(-1, true), null);
});

test("the parent is seen to be there", () => {
  equal(shell("echo ran", dieWithParent(SIGNAL.KILL)), "ran\n");
});
