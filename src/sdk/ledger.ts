/**
 * What a hook remembers, so that it is undone: at poststop, when the run itself fails, or by `hookwright reconcile` when the container is
 * gone and nobody came to poststop.
 */

import type { Left } from "../codec/ledger.ts";
import { listIfThere } from "../linux/directory.ts";
import { LinuxError } from "../linux/error.ts";
import { fateOf, lifeOf } from "../linux/life.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { parseLedgerName } from "../spec/ledger.ts";
import type { Json } from "../spec/runtime-config.ts";
import type { Call } from "./define.ts";
import { LedgerFile } from "./ledger-file.ts";
import { processOf } from "./namespaces.ts";

/** Does an undo action with its words. */
export type Perform = (action: string, what: Json) => void;

/** What one run remembers. */
export class Ledger {
  readonly #hook: string;
  readonly #call: Call;
  readonly #perform: Perform;
  #file: LedgerFile | undefined;
  /** Lines of this run. */
  readonly #own: number[] = [];

  constructor(hook: string, call: Call, perform: Perform) {
    this.#hook = hook;
    this.#call = call;
    this.#perform = perform;
  }

  /** Throws Failure, LinuxError. */
  remember(undo: string, what: Json): void {
    const { container, ledger } = this.#call;
    if (ledger === undefined) {
      throw new Failure("no_ledger", `remember ${undo}: there is no ledger`, {
        hint: "attach it and start a container; `hookwright hook run` keeps nothing that could undo it",
      });
    }
    const life = lifeOf(processOf(this.#call));
    if (life === null) throw new Failure("no_process", `remember ${undo}: the container's process has ended`);
    this.#file ??= this.#opened(ledger);
    const { id, bundle } = container;
    this.#own.push(this.#file.add({ v: 1, container: { id, bundle }, hook: this.#hook, life, undo, what }));
  }

  /** With nothing in it of an earlier container of that name, whose words could mean the same links or files as this one's. */
  #opened(path: string): LedgerFile {
    const file = LedgerFile.open(path, true);
    if (file === undefined) throw new Failure("no_ledger", `open the ledger ${path}: it is gone`);
    try {
      undoEach(file, file.left().filter(isOver), this.#perform);
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }

  /** Undoes what this run remembered. Throws `Failure` `undo_failed`. */
  undo(): void {
    const file = this.#file;
    if (file === undefined) return;
    undoEach(
      file,
      file.left().filter(({ line }) => this.#own.includes(line)),
      this.#perform,
    );
  }

  close(): void {
    this.#file?.close();
  }
}

/**
 * Undoes what the hook remembered for a container, the last first; when the call says so, only if the container is gone. Throws
 * `Failure` `undo_failed` when some of it stays, `container_lives`; LinuxError.
 */
export function undoLeft(call: Call, perform: Perform): void {
  if (call.ledger === undefined) return;
  const slash = call.ledger.lastIndexOf("/");
  const directory = call.ledger.slice(0, slash);
  const own = parseLedgerName(call.ledger.slice(slash + 1))?.entry;
  // Under another plan too it is the same hook, to the byte, with the same words.
  const names = namesIn(directory).filter((name) => parseLedgerName(name)?.entry === own);
  for (const path of new Set([...names.map((name) => `${directory}/${name}`), call.ledger])) {
    const file = LedgerFile.open(path, false);
    if (file === undefined) continue;
    try {
      const left = file.left();
      if (call.left) refuseLiving(call, left);
      undoEach(file, left.filter(isOver), perform);
    } finally {
      file.close();
    }
  }
}

/** The runtime says that it has ended; two runtimes may have a container of that name and bundle each. */
function isOver({ life }: Left): boolean {
  return fateOf(life) !== "lives";
}

function refuseLiving({ container }: Call, left: readonly Left[]): void {
  const fates = left.map(({ life }) => fateOf(life));
  if (fates.every((fate) => fate === "gone")) return;
  throw new Failure(
    "container_lives",
    fates.includes("lives")
      ? `undo what is left of ${container.id}: it lives`
      : `undo what is left of ${container.id}: whether it lives cannot be told from these namespaces`,
    { exitCode: EXIT.refused },
  );
}

/** The last first. One that fails stays, and keeps none of the others from being undone. */
function undoEach(file: LedgerFile, left: readonly Left[], perform: Perform): void {
  const failed: string[] = [];
  for (const { line, undo, what } of [...left].reverse()) {
    try {
      perform(undo, what);
    } catch (error) {
      if (!(error instanceof Failure || error instanceof LinuxError)) throw error;
      failed.push(`${undo}: ${error.message}`);
      continue;
    }
    file.add({ v: 1, undone: line });
  }
  if (failed.length > 0) {
    throw new Failure("undo_failed", `undo what was done: ${failed.join("; ")}`, {
      hint: "it stays in the ledger; `hookwright reconcile` tries again when the container is gone",
    });
  }
}

function namesIn(directory: string): string[] {
  return (listIfThere(directory) ?? []).map(({ name }) => name);
}
