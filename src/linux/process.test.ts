import { deepEqual, equal, ok, test, throws } from "../../test/portable/api.ts";
import { sleep } from "./clock.ts";
import { close, duplicateTo, pipe } from "./descriptor.ts";
import { execve } from "./exec.ts";
import type { Words } from "./memory.ts";
import { decode, encode } from "./primitive.ts";
import {
  exit,
  fork,
  getegid,
  geteuid,
  getgid,
  getpgid,
  getpid,
  getppid,
  getuid,
  kill,
  setpgid,
  setsid,
  umask,
} from "./process.ts";
import { readText, readToEnd } from "./read.ts";
import { SIGNAL } from "./signal.ts";
import { decodeStatus, shellStatus, wait } from "./wait.ts";

/** Runs `work` in a child; its result is the exit status, an exception is 99. */
function inChild(work: () => number): number {
  const pid = fork();
  if (pid !== 0) return pid;
  let status = 99;
  try {
    status = work();
  } catch {}
  exit(status);
}

function endingOf(pid: number) {
  const waited = wait(pid);
  ok(waited);
  equal(waited.pid, pid);
  return waited.ending;
}

function output(run: (write: number) => void): string {
  const { read, write } = pipe();
  const pid = inChild(() => {
    duplicateTo(write, 1);
    run(write);
    return 98;
  });
  close(write);
  const text = decode(readToEnd(read, 65536));
  close(read);
  deepEqual(endingOf(pid), { exited: true, code: 0 });
  return text;
}

test("a child's exit status comes back", () => {
  for (const code of [0, 1, 42, 255]) deepEqual(endingOf(inChild(() => code)), { exited: true, code });
});

test("a child's signal comes back, and what it used", () => {
  const pid = inChild(() => {
    kill(getpid(), SIGNAL.KILL);
    return 0;
  });
  const waited = wait(pid);
  deepEqual(waited?.ending, { exited: false, signal: 9 });
  ok(waited && waited.maxResident > 100_000 && waited.userMs >= 0 && waited.systemMs >= 0);
});

test("polling a child that runs gives null, and so does a child that is none", () => {
  const pid = inChild(() => {
    sleep(10_000);
    return 0;
  });
  equal(wait(pid, true), null);
  kill(pid, SIGNAL.TERM);
  equal(shellStatus(endingOf(pid)), 128 + 15);
  equal(wait(pid), null);
});

test("a status decodes as wait(2) says", () => {
  deepEqual(decodeStatus(0x2a00), { exited: true, code: 42 });
  deepEqual(decodeStatus(0x8b), { exited: false, signal: 11 });
});

test("execve passes words and environment on, text or raw", () => {
  const forms: [Words, Words][] = [
    [["sh", "-c", 'printf "%s|" "$0" "$@" "$V"', "é", "", "x y"], ["V=ü"]],
    [encode('sh\0-c\0printf "%s|" "$0" "$@" "$V"\0é\0\0x y\0'), encode("V=ü\0")],
  ];
  for (const [argv, env] of forms)
    equal(
      output(() => execve("/bin/sh", argv, env)),
      "é||x y|ü|",
    );
});

test("raw bytes that are no UTF-8 survive execve", () => {
  const argv = new Uint8Array([...encode('sh\0-c\0printf %s "$1" | od -An -tx1\0x\0'), 0xff, 0xfe, 0]);
  equal(
    output(() => execve("/bin/sh", argv, ["PATH=/usr/bin:/bin"])),
    " ff fe\n",
  );
});

test("a program that is not there is an error, not an end", () => {
  throws(() => execve("/nonexistent", ["x"], []), "execve /nonexistent: no such file or directory");
});

test("ids agree with /proc", () => {
  const status = readText("/proc/self/status", 65536);
  ok(status.includes(`\nPid:\t${getpid()}\n`));
  ok(status.includes(`\nPPid:\t${getppid()}\n`));
  ok(status.includes(`\nUid:\t${getuid()}\t${geteuid()}\t`));
  ok(status.includes(`\nGid:\t${getgid()}\t${getegid()}\t`));
});

test("a child leads its own group, or its own session", () => {
  const grouped = inChild(() => {
    setpgid(0, 0);
    return getpgid(0) === getpid() ? 0 : 1;
  });
  deepEqual(endingOf(grouped), { exited: true, code: 0 });
  const leader = inChild(() => (setsid() === getpid() ? 0 : 1));
  deepEqual(endingOf(leader), { exited: true, code: 0 });
});

test("umask gives the old mask back", () => {
  const before = umask(0o027);
  equal(umask(before), 0o027);
});
