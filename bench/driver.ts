/**
 * The clock of the bench: starts whole processes by fork and execve and times them from fork to wait. It runs inside
 * hookwright-host, whose own process is a megabyte, so that forking costs little and the same for every case. Cases
 * take turns in a shuffled order, so that a machine which slows down slows all of them.
 */

import { host } from "../src/host/quickjs.ts";
import { monotonicMs } from "../src/linux/clock.ts";
import { close, duplicateTo } from "../src/linux/descriptor.ts";
import { execve } from "../src/linux/exec.ts";
import { O, open } from "../src/linux/open.ts";
import { bind, decode } from "../src/linux/primitive.ts";
import { exit, fork } from "../src/linux/process.ts";
import { readFile } from "../src/linux/read.ts";
import { shellStatus, wait } from "../src/linux/wait.ts";
import { write } from "../src/linux/write.ts";
import type { Case, Samples, Work } from "./work.ts";

const { argv, env } = host;
bind(host);

const LIMIT = 64 << 20;
const nothing = open("/dev/null", O.RDWR);

/** Runs one step; returns its wall time in milliseconds. */
function time(step: Case["steps"][number], name: string): number {
  const input = step.stdin === undefined ? nothing : open(step.stdin, O.RDONLY);
  const begin = monotonicMs();
  const pid = fork();
  if (pid === 0) {
    duplicateTo(input, 0);
    duplicateTo(nothing, 1);
    if (step.quiet !== false) duplicateTo(nothing, 2);
    try {
      execve(step.path ?? step.argv[0] ?? "", step.argv, step.env ?? env);
    } catch {
      exit(127);
    }
  }
  const ended = wait(pid);
  const ms = monotonicMs() - begin;
  if (input !== nothing) close(input);
  const status = ended === null ? -1 : shellStatus(ended.ending);
  if (status !== (step.status ?? 0)) {
    write(2, `${name}: ${step.argv.join(" ")}: exit status ${status}\n`);
    exit(1);
  }
  return ms;
}

function copy(from: string, to: string): void {
  const fd = open(to, O.WRONLY | O.CREAT | O.TRUNC, 0o644);
  write(fd, readFile(from, LIMIT));
  close(fd);
}

/** A small generator of pseudo-random numbers, for the order of turns. */
let seed = 1;
function random(below: number): number {
  seed = (seed * 48271) % 2147483647;
  return seed % below;
}

const work: Work = JSON.parse(decode(readFile(argv[1] ?? "", LIMIT)));
const samples: Samples = {};
for (const one of work.cases) samples[one.name] = [];
for (let round = -work.warmup; round < work.rounds; round++) {
  const turns = [...work.cases];
  while (turns.length > 0) {
    const [one] = turns.splice(random(turns.length), 1);
    if (one === undefined) break;
    for (const [from, to] of one.copies ?? []) copy(from, to);
    let ms = 0;
    for (const step of one.steps) {
      const taken = time(step, one.name);
      if (step.counted !== false) ms += taken;
    }
    if (round >= 0) samples[one.name]?.push(ms);
  }
}
write(1, JSON.stringify(samples));
exit(0);
