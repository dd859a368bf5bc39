import { deepEqual, equal, ok, test, throws } from "../../test/portable/api.ts";
import {
  createMap,
  insert,
  loadProgram,
  lookup,
  MAP,
  missedRuns,
  nextKey,
  objectInfo,
  openPinned,
  openPinnedIfThere,
  openTracepoint,
  PROGRAM_SYSCALL,
  pin,
  remove,
  runProgram,
  SLEEPABLE,
  update,
  waitForRunning,
} from "./bpf.ts";
import { close, isCloseOnExec } from "./descriptor.ts";
import { mkdir } from "./directory.ts";
import { MS, mount, unmount } from "./mount.ts";
import { statfs } from "./statfs.ts";
import { inTemporaryDirectory } from "./temporary.ts";

const bytes = (...values: number[]) => new Uint8Array(values);
const word = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);

function withMap(type: number, work: (map: number) => void): void {
  const map = createMap({ type, keySize: 4, valueSize: 4, entries: 3 });
  try {
    work(map);
  } finally {
    close(map);
  }
}

test("a hash map holds what was put into it", () => {
  withMap(MAP.hash, (map) => {
    ok(isCloseOnExec(map));
    const value = bytes(0, 0, 0, 0);
    equal(lookup(map, word(7), value), false);
    equal(insert(map, word(7), bytes(1, 2, 3, 4)), true);
    equal(insert(map, word(7), bytes(9, 9, 9, 9)), false);
    equal(lookup(map, word(7), value), true);
    deepEqual(value, bytes(1, 2, 3, 4));
    update(map, word(7), bytes(5, 6, 7, 8));
    lookup(map, word(7), value);
    deepEqual(value, bytes(5, 6, 7, 8));
    equal(remove(map, word(7)), true);
    equal(remove(map, word(7)), false);
  });
});

test("a map's keys are gone through, each once", () => {
  withMap(MAP.hash, (map) => {
    const key = word(0);
    equal(nextKey(map, null, key), false);
    for (const one of [3, 5, 9]) update(map, word(one), word(one));
    const found: number[] = [];
    for (let more = nextKey(map, null, key); more; more = nextKey(map, key, key)) found.push(key[0] ?? 0);
    deepEqual(
      found.sort((a, b) => a - b),
      [3, 5, 9],
    );
    throws(() => update(map, word(4), word(4)), "E2BIG");
  });
});

test("an array's elements are zero at first, and cannot be taken away", () => {
  withMap(MAP.array, (map) => {
    const value = word(1);
    equal(lookup(map, word(2), value), true);
    deepEqual(value, word(0));
    equal(lookup(map, word(3), value), false);
    throws(() => remove(map, word(0)), "EINVAL");
  });
});

test("a map lives on under its name on a bpffs, and nowhere else", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    mkdir(`${dir}/bpf`);
    mount("bpf", `${dir}/bpf`, "bpf", MS.NOSUID | MS.NODEV | MS.NOEXEC);
    try {
      equal(statfs(`${dir}/bpf`).type, 0xcafe_4a11);
      withMap(MAP.hash, (map) => {
        update(map, word(1), word(2));
        pin(map, `${dir}/bpf/name`);
        throws(() => pin(map, `${dir}/bpf/name`), "EEXIST");
        throws(() => pin(map, `${dir}/name`), "EPERM");
      });
      const map = openPinned(`${dir}/bpf/name`);
      const value = word(0);
      lookup(map, word(1), value);
      deepEqual(value, word(2));
      // struct bpf_map_info: u32 type, id, key_size, value_size, max_entries.
      const info = new Uint8Array(80);
      ok(objectInfo(map, info) >= 20);
      const view = new DataView(info.buffer);
      deepEqual(
        [view.getUint32(0, true), view.getUint32(8, true), view.getUint32(16, true)],
        [MAP.hash, 4, 3],
      );
      close(map);
      equal(openPinnedIfThere(`${dir}/bpf/other`), null);
      throws(() => openPinned(`${dir}/bpf/other`), "bpf ");
    } finally {
      unmount(`${dir}/bpf`);
    }
  });
});

/** `r0 = value; exit` */
function answer(value: number): Uint8Array {
  const instructions = bytes(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0);
  instructions.set(word(value), 4);
  return instructions;
}

test("a program is verified, run, and says what it returns", () => {
  const shape = { type: PROGRAM_SYSCALL, license: "GPL", flags: SLEEPABLE };
  const program = loadProgram({ ...shape, instructions: answer(42) });
  try {
    equal(runProgram(program, new Uint8Array(8)), 42);
    equal(missedRuns(program), 0);
    throws(() => openTracepoint(program), "EINVAL");
  } finally {
    close(program);
  }
  // Without the exit the verifier does not take it, and says so in the log.
  const log = new Uint8Array(65536);
  throws(() => loadProgram({ ...shape, instructions: answer(1).subarray(0, 8), log }), "EINVAL");
  ok(log.indexOf(0) > 10);
  waitForRunning();
});
