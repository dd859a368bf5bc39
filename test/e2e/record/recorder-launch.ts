/**
 * Containers as the kernel side of the recorder knows them, without a runtime: a mount namespace, a filter, a program;
 * and a recorder of the test's own, on a bpffs below its root.
 */

import { expect } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { primitive } from "../../../src/host/bun.ts";
import { bind, nr } from "../../../src/linux/primitive.ts";
import { decodeSnapshot, type RawRecording } from "../../../src/record/decode.ts";
import { type RecorderPlace, recorderPlace } from "../../../src/record/place.ts";
import { reap } from "../../../src/record/reap.ts";
import { register } from "../../../src/record/register.ts";
import type { Registration } from "../../../src/record/registration.ts";
import { unregister } from "../../../src/record/unregister.ts";
import type { Boundary, RecordOptions } from "../../../src/spec/recording.ts";
import { must } from "../../support/command.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";

bind(primitive);

export { nr };

const FIXTURES = `${import.meta.dir}/../../fixtures/recorder`;

export interface Bench extends Programs {
  root: TempRoot;
}

export interface Programs {
  place: RecorderPlace;
  /** The launcher's path and that of the program that makes calls. */
  launcher: string;
  calls: string;
}

/** A root with a bpffs and the two programs, built. */
export function bench(): Bench {
  const root = tempRoot();
  const bpffs = `${root.work}/bpf`;
  mkdirSync(bpffs);
  must(["mount", "-t", "bpf", "bpf", bpffs]);
  // Containers get a copy of the mounts of their time; as a shared one it would go with ours.
  must(["mount", "--make-shared", bpffs]);
  build("launcher", `${root.work}/launcher`);
  buildCalls(`${root.work}/calls`);
  const place = recorderPlace(root, `${bpffs}/hookwright`);
  return { root, place, launcher: `${root.work}/launcher`, calls: `${root.work}/calls` };
}

/** The program that makes the calls that it is told, static. */
export function buildCalls(output: string): void {
  build("calls", output);
}

function build(name: string, output: string): void {
  must(["musl-gcc", "-static", "-O1", "-pthread", "-o", output, `${FIXTURES}/${name}.c`]);
}

/** Whether a program that makes an i386 call survives it. */
export function runsI386(): boolean {
  const dir = mkdtempSync(`${tmpdir()}/hookwright-i386-`);
  try {
    buildCalls(`${dir}/calls`);
    return Bun.spawnSync([`${dir}/calls`, "int80:20"]).exitCode === 0;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const live = new Set<Container>();

/** After a test, however it went: no container lives, no recording goes on. */
export async function settle(bench: Programs): Promise<void> {
  for (const container of live) {
    container.kill();
    await container.ended();
  }
  reap(bench.place, 0);
}

/** Expects that nothing of the recorder is left on the bpffs. */
export function nothingLeft({ root }: Bench): void {
  expect(readdirSync(`${root.work}/bpf`).filter((name) => name.startsWith("hookwright"))).toEqual([]);
}

export interface Container {
  pid: number;
  /** Lets it go on: to the filter and the program, or past a `wait`. */
  go(): void;
  /** Its exit status, once all that it started have let go of its output. */
  ended(): Promise<number>;
  kill(): void;
}

/** Starts a container up to where a runtime would call its createRuntime hooks. */
export async function create(bench: Programs, filter: string, ...verbs: string[]): Promise<Container> {
  const child = Bun.spawn([bench.launcher, filter, bench.calls, ...verbs], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  const output = child.stdout.getReader();
  const line = new TextDecoder().decode((await output.read()).value);
  const container: Container = {
    pid: Number(line),
    go() {
      child.stdin.write("\n");
      child.stdin.flush();
    },
    async ended() {
      while (!(await output.read()).done);
      live.delete(container);
      return await child.exited;
    },
    kill: () => child.kill(9),
  };
  live.add(container);
  return container;
}

export interface RecordWish {
  filter?: string;
  boundary?: Boundary;
  options?: RecordOptions;
}

/** Records one container from its creation to its end. */
export async function record(bench: Programs, wish: RecordWish, ...verbs: string[]): Promise<RawRecording> {
  const { filter = "allow", boundary = "permissive", options = {} } = wish;
  const container = await create(bench, filter, ...verbs);
  const registration = await register(bench.place, { pid: container.pid, boundary, options });
  container.go();
  await container.ended();
  return finish(bench, registration, boundary);
}

/** Ends a recording and tells what was seen. */
export function finish(bench: Programs, registration: Registration, boundary: Boundary): RawRecording {
  const snapshot = unregister(bench.place, registration);
  if (snapshot === null) throw new Error("the recording is gone");
  return decodeSnapshot(snapshot, boundary);
}

/** Numbers of the machine's own ABI that were let through. */
export function allowed(recording: RawRecording): number[] {
  return recording.calls.find(({ abi }) => abi === "x86_64" || abi === "aarch64")?.allowed ?? [];
}

export function refused(recording: RawRecording): number[] {
  return recording.calls.find(({ abi }) => abi === "x86_64" || abi === "aarch64")?.refused ?? [];
}
