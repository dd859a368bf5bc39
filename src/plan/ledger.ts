/** The files of the ledger: which container left what to undo, and what undoes it. */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { type Left, readLedger } from "../codec/ledger.ts";
import { close } from "../linux/descriptor.ts";
import { lockDirectory, removeIfEmpty } from "../linux/directory-lock.ts";
import { parseLedgerName } from "../spec/ledger.ts";
import type { Hex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";

export interface LedgerFile {
  readonly path: string;
  readonly entry: Hex;
  readonly plan: Hex;
}

/** All files, those of a container together, the one that was written last first. Takes away what a killed hook left empty. */
export function ledgersOf({ ledger }: Roots): LedgerFile[][] {
  return names(ledger).map((key) => {
    const directory = `${ledger}/${key}`;
    const files = names(directory).flatMap((name) => {
      const found = parseLedgerName(name);
      return found === undefined ? [] : [{ path: `${directory}/${name}`, ...found }];
    });
    if (files.length === 0) removeEmpty(directory);
    return files
      .map((file) => ({ file, at: timeOf(file.path) }))
      .sort((a, b) => b.at - a.at)
      .map(({ file }) => file);
  });
}

/** What is left to undo of a file; nothing when it is gone. */
export function leftOf({ path }: LedgerFile): Left[] {
  try {
    return readLedger(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function removeEmpty(directory: string): void {
  const fd = lockDirectory(directory, false);
  if (fd === null) return;
  removeIfEmpty(directory);
  close(fd);
}

function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
