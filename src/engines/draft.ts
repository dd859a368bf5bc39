/**
 * What enabling or disabling an engine would do to its files, made without writing anything. Enabling always starts from
 * the files without what was put there before: so a second time changes nothing, and other options take the place of the
 * first ones.
 */

import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";
import { isStale, says, withoutMarks, withSettings } from "./change.ts";
import type { Engine, FileChange, Found, Wish } from "./engine.ts";
import { missingDirectories, readIfThere } from "./files.ts";
import { isAtLeast, type Machine } from "./machine.ts";
import { failsOpen, PLUGIN, withNri } from "./nri.ts";
import { type EngineRecord, type RecordedFile, readRecord } from "./record.ts";
import { wrapperFor } from "./wrapper.ts";

/** One file before and after; undefined where it is not there. */
export interface DraftedFile {
  readonly recorded: RecordedFile;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

export interface EngineDraft {
  readonly engine: Engine;
  readonly found: Found;
  readonly wish: Wish;
  /** In the order in which they are to be written. */
  readonly files: readonly DraftedFile[];
  /** What is to be kept of it; undefined when disabling. */
  readonly record: EngineRecord | undefined;
  readonly notes: readonly string[];
}

export interface EnableOptions {
  /** The wrapper's path; the one beside this program when absent. */
  readonly wrapper?: string;
  /** Name or path of the real runtime; that which the engine starts now when absent. */
  readonly runtime?: string;
  /** Make it the default. */
  readonly default?: boolean;
  /** Let NRI plugins in. */
  readonly nri?: boolean;
}

/** @throws Failure for an engine that is not there, and for files that cannot be read or have no place for a change. */
export function draftEnable(
  roots: Roots,
  engine: Engine,
  machine: Machine,
  options: EnableOptions,
): EngineDraft {
  const record = readRecord(roots, engine.name);
  const found = engine.find(machine);
  const read = (file: string) => pristine(file, record);
  if (found.binary === undefined && read(found.main) === undefined && machine.engineConfig === undefined) {
    throw new Failure(
      "engine_missing",
      `enable ${engine.name}: neither its program nor ${found.main} is here`,
      {
        hint: "install the engine first, or name its configuration with --engine-config",
      },
    );
  }
  const now = engine.runtime(found, read, machine);
  const wish: Wish = {
    wrapper: wrapperFor(options.runtime ?? now.runtime, options.wrapper),
    default: options.default ?? false,
    hooks: hooksDirectory(roots),
    root: roots.root,
    nri: options.nri ?? false,
  };
  const changes = wish.nri
    ? withNri(engine, found, engine.changes(found, wish, read))
    : engine.changes(found, wish, read);
  const gone = (record?.files ?? []).filter(({ file }) => !changes.some((change) => change.file === file));
  const files = [...changes.map((change) => drafted(change, record)), ...gone.map(undrafted)];
  const kept = files.filter(({ recorded }) => recorded.marks.length > 0).map(({ recorded }) => recorded);
  const notes = options.runtime === undefined && now.note !== undefined ? [`note: ${now.note}`] : [];
  if (wish.nri) notes.push(...failsOpen(engine, found.version, PLUGIN).map((line) => `warning: ${line}`));
  const cdi = isAtLeast(found.version, engine.cdiSince);
  return {
    engine,
    found,
    wish,
    files,
    notes,
    record: { version: 1, engine: engine.name, wish, cdi, files: kept },
  };
}

/** Undefined when the engine is not enabled. @throws Failure */
export function draftDisable(roots: Roots, engine: Engine, machine: Machine): EngineDraft | undefined {
  const record = readRecord(roots, engine.name);
  if (record === undefined) return undefined;
  const found = engine.find(machine);
  return {
    engine,
    found,
    wish: record.wish,
    files: record.files.toReversed().map(undrafted),
    record: undefined,
    notes: [],
  };
}

/** The directory of the hooks.d files that are made of the plan. */
export function hooksDirectory({ state }: Roots): string {
  return `${state}/hooks.d`;
}

function drafted(change: FileChange, record: EngineRecord | undefined): DraftedFile {
  const { file, format } = change;
  const before = readIfThere(file);
  const old = recordedIn(record, file);
  if (before !== undefined && old !== undefined && says(change, before) && !isStale(old.marks, change))
    return { recorded: old, before, after: before };
  const base = pristine(file, record);
  const created = base === undefined;
  const directories = created ? (old?.directories ?? missingDirectories(file)) : [];
  const { text, marks } = withSettings(change, base);
  return { recorded: { file, format, created, directories, marks }, before, after: text };
}

function undrafted(old: RecordedFile): DraftedFile {
  const before = readIfThere(old.file);
  return {
    recorded: { ...old, marks: [] },
    before,
    after: before === undefined ? undefined : undone(before, old),
  };
}

/** A file without what we put there; undefined for one that is not there, or was not before. */
function pristine(file: string, record: EngineRecord | undefined): string | undefined {
  const text = readIfThere(file);
  const old = recordedIn(record, file);
  return text === undefined || old === undefined ? text : undone(text, old);
}

function undone(text: string, { marks, file, format, created }: RecordedFile): string | undefined {
  const left = withoutMarks(text, marks, file, format);
  return created && left.trim() === "" ? undefined : left;
}

function recordedIn(record: EngineRecord | undefined, file: string): RecordedFile | undefined {
  return record?.files.find((one) => one.file === file);
}
