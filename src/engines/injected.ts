/**
 * What enabled engines read for themselves, made of the plan: a directory of hooks.d files that is ours alone, and one
 * CDI specification among those of others. Made anew whenever the plan or the enabled engines change; what is stale goes.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { mkdirAll } from "../linux/directory.ts";
import { LinuxError } from "../linux/error.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { replaceFile } from "../linux/replace.ts";
import { hasLastHookOnly, promise } from "../plan/promised.ts";
import { readPlan } from "../plan/read.ts";
import { cdiSpec, hooksFiles, type LeftOut } from "../rules/hooks/made-beforehand.ts";
import { Failure } from "../spec/failure.ts";
import type { Hex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import { engineOf } from "./all.ts";
import { hooksDirectory } from "./draft.ts";
import { readRecords } from "./record.ts";

export interface Synchronized {
  /** Files that were written or removed. */
  readonly changed: readonly string[];
  /** Definitions that an enabled engine gets by its wrapper only. */
  readonly hooksLeftOut: readonly LeftOut[];
  readonly cdiLeftOut: readonly LeftOut[];
}

/** Where engines look for CDI specifications; the name is that of the kind, as CDI advises. */
function cdiFile({ root }: Roots): string {
  return `${root === "/" ? "" : root}/etc/cdi/hookwright.dev-hook.json`;
}

/**
 * Makes the files as the plan in force says; the caller holds the lock. Throws Failure `engine_files`, and what reading the
 * plan throws.
 */
export function synchronize(roots: Roots): Synchronized {
  try {
    return synchronizeFiles(roots);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("engine_files", `write what enabled engines read: ${error.message}`, {
      hint: "the plan is in force for wrappers; make room or correct the permissions, and run `hookwright apply` again",
      cause: error,
    });
  }
}

/** What to tell people of definitions that an engine cannot be given in its own words. */
export function leftOutNotes({ hooksLeftOut, cdiLeftOut }: Synchronized): string[] {
  return [
    ...hooksLeftOut.map(({ name, why }) => `note: no hooks.d file of ${name}: ${why}`),
    ...cdiLeftOut.map(({ name, why }) => `note: no CDI device of ${name}: ${why}`),
  ];
}

/** Files that are not as the plan in force wants them. Nothing is written. Throws what reading plan and records throws. */
export function staleFiles(roots: Roots): string[] {
  const { directory, files } = wantedBy(roots);
  const there = existsSync(directory) ? readdirSync(directory).map((name) => `${directory}/${name}`) : [];
  const stray = there.filter((path) => !files.has(path));
  return [...stray, ...[...files].filter(([path, text]) => textOf(path) !== text).map(([path]) => path)];
}

interface Wanted extends Omit<Synchronized, "changed"> {
  /** Of hooks.d files, which is ours alone; whether there are to be any. */
  readonly directory: string;
  readonly hooked: boolean;
  /** Digest of the plan, when a container may come to a hook of it without a record. */
  readonly promised: Hex | undefined;
  /** What each file is to say; undefined for one that is not to be there. */
  readonly files: ReadonlyMap<string, string | undefined>;
}

function wantedBy(roots: Roots): Wanted {
  const records = readRecords(roots);
  const inForce = records.length === 0 ? undefined : readPlan(roots);
  const place = { storeDir: roots.store, root: roots.root, plan: inForce?.digest ?? "" };
  const hooked = inForce !== undefined && records.some(({ engine }) => engineOf(engine).hooks);
  const deviced = inForce !== undefined && records.some(({ cdi }) => cdi);
  const hooks = hooked ? hooksFiles(inForce.plan, place) : undefined;
  const cdi = deviced ? cdiSpec(inForce.plan, place) : undefined;
  const directory = hooksDirectory(roots);
  const files = [...(hooks?.files ?? [])].map(
    ([name, file]) => [`${directory}/${name}`, printed(file)] as const,
  );
  return {
    directory,
    hooked,
    promised: (hooked || deviced) && hasLastHookOnly(inForce.plan) ? inForce.digest : undefined,
    files: new Map<string, string | undefined>([...files, [cdiFile(roots), cdi?.spec && printed(cdi.spec)]]),
    hooksLeftOut: hooks?.leftOut ?? [],
    cdiLeftOut: cdi?.leftOut ?? [],
  };
}

function synchronizeFiles(roots: Roots): Synchronized {
  const { directory, hooked, promised, files, ...leftOut } = wantedBy(roots);
  if (promised !== undefined) promise(roots, promised);
  // CRI-O does not start when a directory that it is to watch is not there.
  if (hooked) mkdirAll(directory, 0o755);
  // New ones are there before stale ones go, so a hook runs twice rather than not at all.
  const changed = [...files].flatMap(([path, text]) => keepFile(path, text));
  const there = existsSync(directory) ? readdirSync(directory).map((name) => `${directory}/${name}`) : [];
  const stale = there.filter((path) => !files.has(path));
  return { changed: [...changed, ...stale.flatMap((path) => keepFile(path, undefined))], ...leftOut };
}

function keepFile(path: string, text: string | undefined): string[] {
  if (textOf(path) === text) return [];
  if (text === undefined) {
    unlinkIfThere(path);
    return [path];
  }
  mkdirAll(dirname(path), 0o755);
  replaceFile(path, text, { mode: 0o644, sync: true });
  return [path];
}

function printed(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
