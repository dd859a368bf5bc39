/** Merging recordings: sets, coverage over several merges, and what only some of them noted. */

import { describe, expect, test } from "bun:test";
import type { Recording } from "../../spec/recording.ts";
import { mergeRecordings } from "./merge-recordings.ts";

const base: Recording = {
  version: 1,
  container: { name: "web", id: "1" },
  runtime: { name: "runc", version: "1.1.5" },
  noNewPrivileges: true,
  boundary: "permissive",
  started: "2026-11-23T10:00:00.000Z",
  ended: "2026-11-23T10:00:01.000Z",
  complete: true,
  machine: { arch: "x86_64", kernel: "6.18" },
  calls: { x86_64: { allowed: ["read", "write"], refused: [], unknown: [] } },
  outOfRange: 1,
};
const other: Recording = {
  ...base,
  container: { name: "web", id: "2" },
  runtime: { name: "runc", version: "1.3.6" },
  boundary: "exec",
  started: "2026-11-23T09:00:00.000Z",
  machine: { arch: "x86_64", kernel: "6.12" },
  calls: {
    x86_64: { allowed: ["openat", "read"], refused: ["mkdir"], unknown: [471] },
    i386: { allowed: ["getpid"], refused: [], unknown: [] },
  },
};

describe("merging recordings", () => {
  test("unites, and says in how many runs a call occurred", () => {
    const merged = mergeRecordings([base, other], "union");
    expect(merged.calls).toEqual({
      x86_64: { allowed: ["openat", "read", "write"], refused: ["mkdir"], unknown: [471] },
      i386: { allowed: ["getpid"], refused: [], unknown: [] },
    });
    expect(merged.coverage).toEqual({
      runs: 2,
      calls: { x86_64: { mkdir: 1, openat: 1, read: 2, write: 1 }, i386: { getpid: 1 } },
    });
    expect(merged).toMatchObject({
      container: { name: "web" },
      runtime: { name: "runc" },
      boundary: "exec",
      started: other.started,
      outOfRange: 2,
      machine: { arch: "x86_64", kernel: "6.12, 6.18" },
    });
    expect(merged.runtime).toEqual({ name: "runc" });
  });

  test("intersects to the calls of every run, and keeps the coverage of all", () => {
    const merged = mergeRecordings([base, other], "intersect");
    expect(merged.calls).toEqual({ x86_64: { allowed: ["read"], refused: [], unknown: [] } });
    expect(merged.coverage?.calls.x86_64?.write).toBe(1);
  });

  test("counts a merge with its runs, and does not depend on the order", () => {
    const twice = mergeRecordings([mergeRecordings([base, other], "union"), base], "union");
    expect(twice.coverage?.runs).toBe(3);
    expect(twice.coverage?.calls.x86_64?.read).toBe(3);
    const text = (all: Recording[]) => JSON.stringify(mergeRecordings(all, "union"));
    expect(text([other, base])).toBe(text([base, other]));
    expect(text([other, base, base])).toBe(text([base, other, base]));
  });

  test("does not trust values when a run did not note them", () => {
    const socket = { abi: "x86_64", syscall: "socket", index: 0, more: false, refused: false } as const;
    const calls = { x86_64: { allowed: ["socket"], refused: [], unknown: [] } };
    const one: Recording = { ...base, calls, arguments: [{ ...socket, values: [2] }] };
    const two: Recording = { ...base, calls, arguments: [{ ...socket, values: [16, 2] }] };
    const blind: Recording = { ...base, calls };
    const silent: Recording = { ...base };
    expect(mergeRecordings([one, two], "union").arguments).toEqual([{ ...socket, values: [2, 16] }]);
    expect(mergeRecordings([one, blind], "union").arguments?.[0]?.more).toBe(true);
    expect(mergeRecordings([one, silent], "union").arguments?.[0]?.more).toBe(false);
    expect(mergeRecordings([silent], "union").arguments).toBeUndefined();
    const many = { ...one, arguments: [{ ...socket, values: Array.from({ length: 17 }, (_, i) => i) }] };
    expect(mergeRecordings([many], "union").arguments?.[0]).toMatchObject({ more: true });
  });

  test("unites capabilities, files and addresses", () => {
    const a: Recording = {
      ...base,
      capabilities: { used: ["CAP_CHOWN"], refused: [] },
      files: [{ path: "/b", access: "r" }],
      addresses: [{ family: "ipv4", address: "127.0.0.1", port: 9 }],
    };
    const b: Recording = {
      ...a,
      capabilities: { used: [], refused: ["CAP_CHOWN"] },
      files: [
        { path: "/b", access: "w" },
        { path: "/a", access: "r" },
      ],
    };
    expect(mergeRecordings([a, b, base], "intersect")).toMatchObject({
      capabilities: { used: ["CAP_CHOWN"], refused: ["CAP_CHOWN"] },
      files: [
        { path: "/a", access: "r" },
        { path: "/b", access: "rw" },
      ],
      addresses: [{ family: "ipv4", address: "127.0.0.1", port: 9 }],
    });
  });

  test("refuses recordings of different architectures", () => {
    const arm: Recording = { ...base, machine: { arch: "aarch64", kernel: "6.12" } };
    expect(() => mergeRecordings([base, arm], "union")).toThrow("they are of aarch64 and x86_64");
  });
});
