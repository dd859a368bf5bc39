/**
 * What is remembered is undone: wherever the hook is interrupted, whatever it has made stands in the ledger, and once it is undone
 * nothing is left of either.
 */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import type { Subprocess } from "bun";
import { remembering } from "../../test/support/remembering-hook.ts";
import { readLedger } from "../codec/ledger.ts";
import { primitive } from "../host/bun.ts";
import { LinuxError } from "../linux/error.ts";
import { bind, nr } from "../linux/primitive.ts";
import { Failure } from "../spec/failure.ts";
import { runHook } from "./testing.ts";

const ENOSPC = 28;
const NAME = `${"e".repeat(64)}.${"f".repeat(64)}`;

let directory: string;
let place: string;
let ledger: string;
let container: Subprocess;
beforeEach(() => {
  directory = mkdtempSync("/tmp/hookwright-ledger-");
  place = `${directory}/place`;
  mkdirSync(place);
  ledger = `${directory}/ledger/${"c".repeat(32)}/${NAME}`;
  container = Bun.spawn(["sleep", "300"]);
  bind(primitive);
});
afterEach(async () => {
  bind(primitive);
  container.kill("SIGKILL");
  await container.exited;
  rmSync(directory, { recursive: true });
});

const gone = async () => {
  container.kill("SIGKILL");
  await container.exited;
};
const create = (then?: () => void, pid = container.pid) =>
  runHook(remembering(place, then), {
    stage: "createRuntime",
    env: [`HOOKWRIGHT_LEDGER=${ledger}`],
    state: { pid },
  });
const stop = (...env: string[]) =>
  runHook(remembering(place), { stage: "poststop", env: [`HOOKWRIGHT_LEDGER=${ledger}`, ...env] });
const made = () => readdirSync(place).sort();
const left = () => (existsSync(ledger) ? readLedger(readFileSync(ledger, "utf8")) : []);
const named = () => left().map(({ what }) => String(what).slice(place.length + 1));
const kept = () => (existsSync(`${directory}/ledger`) ? readdirSync(`${directory}/ledger`) : []);
const nothing = () => expect([made(), kept()]).toEqual([[], []]);

describe("remember", () => {
  test("poststop undoes it, the last first, and the ledger forgets the container", async () => {
    create();
    expect([made(), named()]).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    expect(left()[0]).toMatchObject({
      hook: "remembering",
      container: { id: "test" },
      life: { pid: container.pid },
    });
    await gone();
    stop();
    nothing();
    stop();
  });

  test("a run that fails undoes what it did, and says why it failed", () => {
    expect(() =>
      create(() => {
        throw new Failure("no_luck", "it did not work");
      }),
    ).toThrow("it did not work");
    nothing();
  });

  test("what cannot be undone stays, and the rest does not", async () => {
    create();
    writeFileSync(`${place}/a/file`, "");
    await gone();
    expect(() => stop()).toThrow("directory not empty");
    expect([made(), named()]).toEqual([["a"], ["a"]]);
    rmSync(`${place}/a/file`);
    stop();
    nothing();
  });

  test("only for a container that is gone, when no runtime says that it is", async () => {
    create();
    expect(() => stop("HOOKWRIGHT_LEFT=1")).toThrow("it lives");
    expect(made()).toEqual(["a", "b"]);
    await gone();
    stop("HOOKWRIGHT_LEFT=1");
    nothing();
  });

  test("another life of the same name undoes what the one before left, before it does anything", async () => {
    create();
    await gone();
    const next = Bun.spawn(["sleep", "300"]);
    try {
      create(() => expect(made()).toEqual(["a", "b"]), next.pid);
      expect(left().map(({ life }) => life.pid)).toEqual([next.pid, next.pid]);
    } finally {
      next.kill("SIGKILL");
      await next.exited;
    }
    stop();
    nothing();
  });

  test("a line that broke off is no line, and what follows it is one", async () => {
    create();
    appendFileSync(ledger, '{"v":1,"undo":"remove","wh');
    expect(named()).toEqual(["a", "b"]);
    await gone();
    stop();
    nothing();
  });

  test("without a guard, or without the container's process, nothing is done", () => {
    expect(() =>
      runHook(remembering(place), { stage: "createRuntime", state: { pid: process.pid } }),
    ).toThrow("there is no ledger");
    expect(() => create(undefined, 0)).toThrow("names none");
    expect(made()).toEqual([]);
  });
});

/** Runs until the Nth system call: that one is refused, or it and all that follow are, as if nobody were there any more. */
function broken(how: "refused" | "dead", at: number, work: () => unknown): boolean {
  let calls = 0;
  bind({
    ...primitive,
    syscall(...words) {
      calls += 1;
      if (how === "refused" ? calls !== at : calls < at) return primitive.syscall(...words);
      if (words[0] === nr.close) primitive.syscall(...words);
      return -ENOSPC;
    },
  });
  try {
    work();
  } catch (error) {
    if (!(error instanceof Failure || error instanceof LinuxError)) throw error;
  } finally {
    bind(primitive);
  }
  return calls >= at;
}

/** Whatever exists is in the ledger. */
const covered = () => expect(named()).toEqual(expect.arrayContaining(made()));

describe("interrupted", () => {
  test.each(["refused", "dead"] as const)(
    "%s at each system call of the run, and of the undoing",
    async (how) => {
      await gone();
      const again = () => {
        stop();
        nothing();
      };
      const living = () => create(undefined, process.pid);
      let points = 0;
      for (let more = true; more; points++) {
        more = broken(how, points + 1, living);
        covered();
        rewrite();
        again();
      }
      expect(points).toBeGreaterThan(40);
      points = 0;
      for (let more = true; more; points++) {
        living();
        rewrite();
        more = broken(how, points + 1, stop);
        covered();
        again();
      }
      expect(points).toBeGreaterThan(20);
    },
  );

  /** As if this process had been the container's, and were another one by now. */
  const rewrite = () => {
    if (existsSync(ledger))
      writeFileSync(ledger, readFileSync(ledger, "utf8").replace(/"started":\d+/g, '"started":1'));
  };

  test("killed at some of them", async () => {
    const killings: unknown[] = [];
    for (const at of [36, 48, 60]) {
      const words = [ledger, place, String(container.pid), String(at)];
      const script = `${import.meta.dir}/../../test/support/remembering.ts`;
      const child = Bun.spawn([process.execPath, script, ...words], { stderr: "inherit" });
      await child.exited;
      killings.push(child.signalCode);
      covered();
      rewrite();
      stop();
      nothing();
    }
    expect(killings).toContain("SIGKILL");
  }, 60_000);
});
