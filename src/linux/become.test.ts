import { deepEqual, test } from "../../test/portable/api.ts";
import { becomeChild } from "./become.ts";
import type { Call } from "./call-list.ts";
import { sleep } from "./clock.ts";
import { close, pipe } from "./descriptor.ts";
import { exit, fork, getpid, getppid } from "./process.ts";
import { awaitChild, awaitInput, closing, executeFile, exiting, readByte } from "./steps.ts";
import { type Ending, wait } from "./wait.ts";
import { write } from "./write.ts";

const SHELL = executeFile("/bin/sh", ["sh", "-c", 'exit "$STATUS"'], ["STATUS=9"]);

/** How a process ends that makes `calls(ends.read)`, or starts the shell, while `work(ends.write)` goes on as its child. */
function behind(
  calls: (fd: number) => Call[],
  work: (fd: number, parent: number) => void,
): Ending | undefined {
  const pid = fork();
  if (pid === 0) {
    try {
      const ends = pipe();
      const parent = getpid();
      becomeChild([closing(ends.write), ...calls(ends.read)], SHELL);
      close(ends.read);
      work(ends.write, parent);
    } catch {
      exit(99);
    }
    exit(0);
  }
  return wait(pid)?.ending;
}

test("what goes on is a child, and what stays behind ends as the child says", () => {
  const calls = (fd: number) => [
    awaitInput(fd, 5000),
    readByte(fd, { call: 4, argument: 0 }),
    awaitChild(),
    exiting(1),
  ];
  const ending = behind(calls, (fd, parent) => {
    const right = getppid() === parent && getpid() !== parent;
    write(fd, new Uint8Array([right ? 7 : 8]));
  });
  deepEqual(ending, { exited: true, code: 7 });
});

test("without an answer it does what it was told to do otherwise", () => {
  const calls = (fd: number) => [readByte(fd, { call: 2, argument: 0 }), exiting(1)];
  deepEqual(
    behind(calls, () => {}),
    { exited: true, code: 9 },
  );
  const late = (fd: number) => [awaitInput(fd, 20), exiting(1)];
  deepEqual(
    behind(late, () => sleep(200)),
    { exited: true, code: 9 },
  );
});
