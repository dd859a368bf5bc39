/** Room for plans, records and what is known of live containers: space, inodes, and whether it can be written and run at all. */

import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { type FileSystem, statfs } from "../linux/statfs.ts";
import { type Finding, finding } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** Bytes and inodes of which a file system has too few: for one record; for the growth of a log before somebody looks. */
const NOTHING = { bytes: 1024 * 1024, inodes: 1 };
const LITTLE = { bytes: 64 * 1024 * 1024, inodes: 1000 };

export function checkDisk({ roots: { state, log, run } }: Subject): Finding[] {
  return [
    ...room(state, "`apply` can write no plan"),
    ...noexec(state),
    ...room(log, "records of hooks are lost"),
    ...room(run, "containers with hooks do not start"),
  ];
}

function room(directory: string, lost: string): Finding[] {
  const system = systemOf(directory);
  if (system.readOnly) {
    const message = `${directory} is on a file system that is mounted read-only: ${lost}`;
    return [
      finding("error", "disk_read_only", message, "mount it read-write, or look in dmesg for why it is not"),
    ];
  }
  const { available, inodes, freeInodes } = system;
  const left = [
    ...short("bytes", available),
    // No inodes at all is a file system that has no limit of them.
    ...(inodes === 0 ? [] : short("inodes", freeInodes)),
  ];
  return left.map(({ full, what }) =>
    full
      ? finding("error", "disk_full", `${directory} has ${what} left: ${lost}`, MAKE_ROOM)
      : finding("warning", "disk_low", `${directory} has ${what} left: when it is full, ${lost}`, MAKE_ROOM),
  );
}

const MAKE_ROOM = "make room; `events.maxBytes` and `events.keep` in hookwright.yaml bound the log";

function short(unit: "bytes" | "inodes", count: number): { full: boolean; what: string }[] {
  if (count >= LITTLE[unit]) return [];
  const what = unit === "bytes" ? `${(count / 1024 / 1024).toFixed(1)} MiB` : `${count} inodes`;
  return [{ full: count < NOTHING[unit], what }];
}

function noexec(state: string): Finding[] {
  if (!systemOf(state).noExec) return [];
  const message = `${state} is on a file system that is mounted noexec: no runtime can start the guard, which is there`;
  return [finding("error", "disk_noexec", message, "mount it without noexec")];
}

/** Of the directory, or of the one that it would be made in. */
function systemOf(directory: string): FileSystem {
  let there = directory;
  while (!existsSync(there)) there = dirname(there);
  return statfs(there);
}
