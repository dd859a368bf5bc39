import { deepEqual, equal, ok, test, throws } from "../../test/portable/api.ts";
import {
  close,
  closeRange,
  duplicate,
  duplicateTo,
  isCloseOnExec,
  isOpen,
  pipe,
  setNonBlocking,
  setPipeSize,
} from "./descriptor.ts";
import { exit, fork } from "./process.ts";
import { read, readNonBlocking } from "./read.ts";
import { wait } from "./wait.ts";
import { write, writeSome } from "./write.ts";

test("a pipe carries bytes and ends", () => {
  const ends = pipe();
  ok(isCloseOnExec(ends.read) && isCloseOnExec(ends.write));
  write(ends.write, "hello");
  const buffer = new Uint8Array(16);
  equal(read(ends.read, buffer), 5);
  close(ends.write);
  equal(read(ends.read, buffer), 0);
  close(ends.read);
  equal(isOpen(ends.read), false);
  throws(() => read(ends.read, buffer), "read: bad file descriptor (EBADF)");
});

test("a non-blocking pipe says that it is empty, or full", () => {
  const ends = pipe(true);
  equal(readNonBlocking(ends.read, new Uint8Array(4)), null);
  equal(setPipeSize(ends.write, 4096), 4096);
  equal(writeSome(ends.write, new Uint8Array(8192)), 4096);
  equal(writeSome(ends.write, new Uint8Array(1)), null);
  setNonBlocking(ends.write, false);
  setNonBlocking(ends.write, true);
  equal(writeSome(ends.write, new Uint8Array(1)), null);
  close(ends.read);
  close(ends.write);
});

test("a copy is where it was asked for, and outlives the original", () => {
  const ends = pipe();
  const copy = duplicate(ends.read, 100);
  ok(copy >= 100 && isCloseOnExec(copy));
  duplicateTo(ends.read, 99);
  equal(isCloseOnExec(99), false);
  duplicateTo(ends.read, 98, true);
  equal(isCloseOnExec(98), true);
  close(98);
  close(ends.read);
  write(ends.write, "x");
  equal(read(99, new Uint8Array(1)), 1);
  for (const fd of [copy, 99, ends.write]) close(fd);
});

test("a child closes all descriptors above the standard ones", () => {
  const ends = pipe();
  const pid = fork();
  if (pid === 0) {
    duplicateTo(ends.read, 50);
    closeRange(3);
    exit(!isOpen(50) && !isOpen(ends.read) && isOpen(1) ? 0 : 1);
  }
  deepEqual(wait(pid)?.ending, { exited: true, code: 0 });
  close(ends.read);
  close(ends.write);
});
