import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { copyContent } from "./copy.ts";
import { close, isCloseOnExec, pipe } from "./descriptor.ts";
import { fchmod, ftruncate } from "./inode.ts";
import { createMemfd, isSealed, sealMemfd } from "./memfd.ts";
import { O, open } from "./open.ts";
import { decode } from "./primitive.ts";
import { pread } from "./read.ts";
import { spawn } from "./spawn.ts";
import { fstat } from "./stat.ts";
import { execute } from "./steps.ts";
import { wait } from "./wait.ts";
import { pwrite, write } from "./write.ts";

test("a sealed memfd cannot be changed in any way", () => {
  const fd = createMemfd("test", false);
  equal(isCloseOnExec(fd), true);
  write(fd, "content");
  equal(isSealed(fd), false);
  sealMemfd(fd);
  equal(isSealed(fd), true);
  throws(() => pwrite(fd, "x", 0), "EPERM");
  throws(() => ftruncate(fd, 1), "EPERM");
  throws(() => ftruncate(fd, 100), "EPERM");
  throws(() => sealMemfd(fd), "EPERM");
  const again = open(`/proc/self/fd/${fd}`, O.RDWR);
  throws(() => pwrite(again, "x", 0), "EPERM");
  close(again);
  const buffer = new Uint8Array(7);
  equal(pread(fd, buffer, 0), 7);
  equal(decode(buffer), "content");
  close(fd);
});

test("a program is copied to a memfd, sealed and run", () => {
  const from = open("/bin/true", O.RDONLY);
  const size = fstat(from).size;
  const fd = createMemfd("program", true);
  equal(copyContent(from, fd, size), size);
  close(from);
  fchmod(fd, 0o555);
  sealMemfd(fd);
  const { pid, pidfd } = spawn([execute(fd, ["true"], ["A=1"])]);
  deepEqual(wait(pid)?.ending, { exited: true, code: 0 });
  close(pidfd);
  close(fd);
});

test("a copy stops at its limit", () => {
  const from = open("/bin/true", O.RDONLY);
  const fd = createMemfd("limited", false);
  throws(() => copyContent(from, fd, 1000), "EFBIG");
  equal(fstat(fd).size, 1001);
  close(from);
  close(fd);
});

test("a pipe and a file of /proc are copied too", () => {
  const ends = pipe();
  write(ends.write, "through a pipe");
  close(ends.write);
  const fd = createMemfd("copy", false);
  equal(copyContent(ends.read, fd, 100), 14);
  const proc = open("/proc/self/cmdline", O.RDONLY);
  copyContent(proc, fd, 100_000);
  for (const open of [ends.read, proc, fd]) close(open);
});

test("what is no memfd is not sealed", () => {
  const fd = open("/bin/true", O.RDONLY);
  equal(isSealed(fd), false);
  close(fd);
});
