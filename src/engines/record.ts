/**
 * What was put into an engine's files, kept beside the plans while it is in force: the marks of every change, and which
 * files and directories were made for it.
 */

import { readdirSync, readFileSync } from "node:fs";
import type { Mark } from "../codec/config/mark.ts";
import { mkdirAll } from "../linux/directory.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { replaceFile } from "../linux/replace.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";
import { ENGINE_NAMES, type EngineName, type FileChange, type Wish } from "./engine.ts";

export interface RecordedFile {
  readonly file: string;
  readonly format: FileChange["format"];
  /** Whether it was not there before. */
  readonly created: boolean;
  /** Directories that were made for it, the outermost first. */
  readonly directories: readonly string[];
  readonly marks: readonly Mark[];
}

export interface EngineRecord {
  readonly version: 1;
  readonly engine: EngineName;
  readonly wish: Wish;
  /** Whether the engine reads CDI specifications. */
  readonly cdi: boolean;
  readonly files: readonly RecordedFile[];
}

function pathOf({ state }: Roots, engine: EngineName): string {
  return `${state}/engines/${engine}.json`;
}

/** The record of an enabled engine; undefined for one that is not. @throws Failure `engine_record` */
export function readRecord(roots: Roots, engine: EngineName): EngineRecord | undefined {
  const path = pathOf(roots, engine);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw unreadable(path, error);
  }
  try {
    const record = JSON.parse(text) as EngineRecord;
    if (record.version === 1) return record;
  } catch (error) {
    throw unreadable(path, error);
  }
  throw unreadable(path, new Error("another version of hookwright wrote it"));
}

/** The records of all enabled engines. */
export function readRecords(roots: Roots): EngineRecord[] {
  let names: string[];
  try {
    names = readdirSync(`${roots.state}/engines`);
  } catch {
    return [];
  }
  const enabled = ENGINE_NAMES.filter((engine) => names.includes(`${engine}.json`));
  return enabled.map((engine) => readRecord(roots, engine)).filter((record) => record !== undefined);
}

export function writeRecord(roots: Roots, record: EngineRecord): void {
  mkdirAll(`${roots.state}/engines`, 0o755);
  // A file of an engine may hold secrets, and so may what stood in the place of ours.
  replaceFile(pathOf(roots, record.engine), `${JSON.stringify(record, null, 2)}\n`, {
    mode: 0o600,
    sync: true,
  });
}

export function removeRecord(roots: Roots, engine: EngineName): void {
  unlinkIfThere(pathOf(roots, engine));
}

function unreadable(path: string, error: unknown): Failure {
  return new Failure(
    "engine_record",
    `read ${path}: ${error instanceof Error ? error.message : String(error)}`,
    {
      hint: "without it what was put into the engine's files has to be taken out by hand; then remove this file",
      cause: error,
    },
  );
}
