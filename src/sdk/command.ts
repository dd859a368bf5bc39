/**
 * Running a program: by its absolute path and a list of words, never by a shell, with only the environment that it is given. The
 * hook waits for it until its own deadline, and kills it then.
 */

import { monotonicMs } from "../linux/clock.ts";
import { close, duplicate, type Pipe, pipe, setNonBlocking } from "../linux/descriptor.ts";
import { createMemfd } from "../linux/memfd.ts";
import { O, open } from "../linux/open.ts";
import { POLL, poll } from "../linux/poll.ts";
import { decode } from "../linux/primitive.ts";
import { kill } from "../linux/process.ts";
import { readNonBlocking } from "../linux/read.ts";
import { SIGNAL } from "../linux/signal.ts";
import { spawn } from "../linux/spawn.ts";
import { closeOnExec, dieWithParent, executeFile, pass } from "../linux/steps.ts";
import { type Ending, wait } from "../linux/wait.ts";
import { pwrite } from "../linux/write.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { STAGES } from "../spec/stage.ts";
import type { Call, Capability } from "./define.ts";

export interface CommandOptions {
  /** What it reads from standard input; nothing when absent. */
  input?: string;
  /** Its whole environment, `NAME=value`; a plain PATH when absent. */
  env?: readonly string[];
}

export interface Finished {
  /** Exit status, or 128 and the number of the signal that ended it. */
  readonly status: number;
  /** What it wrote, 1 MiB of each at most; what is not UTF-8 is replaced. */
  readonly stdout: string;
  readonly stderr: string;
}

/** `command(["/usr/sbin/nft", "-f", "-"], { input })`. Throws `Failure` `command_missing`, `command_timeout`, or LinuxError. */
export type Command = (argv: readonly string[], options?: CommandOptions) => Finished;

const PATH = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
const MOST = 1024 * 1024;
/** Of the time that is left, so that the hook can still say what happened. */
const RESERVE = 100;
/** Out of the way of the standard descriptors. */
const SAFE = 10;

export const command: Capability<Command> = {
  name: "command",
  stages: STAGES,
  because: "",
  open: (call) => (argv, options) => run(call, argv, options ?? {}),
};

function run(call: Call, argv: readonly string[], { input, env }: CommandOptions): Finished {
  const [program = ""] = argv;
  const shown = argv.join(" ");
  if (program[0] !== "/") {
    throw new Failure("command_missing", `run ${shown}: ${JSON.stringify(program)} is no absolute path`, {
      hint: "name the program by its whole path; no PATH is searched",
      exitCode: EXIT.missing,
    });
  }
  const out = outputPipe();
  const err = outputPipe();
  const stdin = inputOf(input);
  const child = spawn([
    ...dieWithParent(SIGNAL.KILL),
    pass(stdin, 0),
    pass(out.write, 1),
    pass(err.write, 2),
    closeOnExec(3),
    executeFile(program, argv, env ?? [PATH]),
  ]);
  for (const fd of [stdin, out.write, err.write]) close(fd);
  const deadline = call.deadline - RESERVE;
  const [stdout = "", stderr = ""] = readAll([out.read, err.read], deadline);
  const late = !poll([child.pidfd], POLL.IN, deadline - monotonicMs())[0];
  if (late) kill(child.pid, SIGNAL.KILL);
  const ending = wait(child.pid)?.ending ?? { exited: true, code: EXIT.own };
  close(child.pidfd);
  const failure = child.failure();
  if (failure !== undefined) {
    throw new Failure("command_missing", `run ${shown}: ${failure.message}`, {
      exitCode: EXIT.missing,
      cause: failure,
    });
  }
  if (late) {
    throw new Failure("command_timeout", `run ${shown}: it did not end before the hook's own time was over`, {
      hint: "give the hook a longer timeout in its definition",
      exitCode: EXIT.timeout,
    });
  }
  return { status: statusOf(ending), stdout, stderr };
}

function statusOf(ending: Ending): number {
  return ending.exited ? ending.code : 128 + ending.signal;
}

function inputOf(input: string | undefined): number {
  if (input === undefined) return outOfTheWay(open("/dev/null", O.RDONLY));
  const fd = outOfTheWay(createMemfd("input", false));
  pwrite(fd, input, 0);
  return fd;
}

function outputPipe(): Pipe {
  const { read, write } = pipe();
  return { read, write: outOfTheWay(write) };
}

/** A step that passes a descriptor on needs another number for it. */
function outOfTheWay(fd: number): number {
  const copy = duplicate(fd, SAFE);
  close(fd);
  return copy;
}

/** Reads both to their end, or until the time is over; closes them. */
function readAll(fds: readonly number[], deadline: number): string[] {
  const open = [...fds];
  const texts = fds.map(() => new Collected());
  for (const fd of fds) setNonBlocking(fd, true);
  while (open.some((fd) => fd >= 0) && monotonicMs() < deadline) {
    const got = poll(open, POLL.IN, deadline - monotonicMs());
    for (const [i, text] of texts.entries()) {
      const fd = open[i] ?? -1;
      if (got[i] !== 0 && fd >= 0 && !text.take(fd)) open[i] = -1;
    }
  }
  for (const fd of fds) close(fd);
  return texts.map((text) => text.decoded());
}

class Collected {
  readonly #chunk = new Uint8Array(16 * 1024);
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Takes what is there; false at the end. */
  take(fd: number): boolean {
    const count = readNonBlocking(fd, this.#chunk);
    if (count === 0) return false;
    if (count !== null && this.#length < MOST) {
      this.#parts.push(this.#chunk.slice(0, count));
      this.#length += count;
    }
    return true;
  }

  decoded(): string {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return decode(whole);
  }
}
