/**
 * A draft: everything that `apply` would put in force, made and judged without writing anything. `diff`, `--check` and
 * `status` compare drafts; `apply` writes one. A plan's digest depends only on what it says, so the digests of all files
 * are known before any of them exists.
 */

import { canonicalJson } from "../codec/json/canonical.ts";
import { Failure } from "../spec/failure.ts";
import type { Entry, Hex, Plan, PlannedDefinition } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import { type Configuration, readConfiguration } from "./configuration.ts";
import { loadDefinitions } from "./definitions.ts";
import { completeEdits } from "./edits.ts";
import { entryOf, plannedOf } from "./entry.ts";
import { hostProgram } from "./host-program.ts";
import { withSource } from "./image-definitions.ts";
import { lintFeedback } from "./lint/feedback.ts";
import { type Problem, problemText } from "./lint/problem.ts";
import { type InspectedProgram, inspectProgram } from "./lint/program.ts";
import { lintSet } from "./lint/set.ts";
import type { ReadDefinition } from "./read-definition.ts";
import { recorderProgram, withRecorder } from "./record.ts";
import { digestOf, type StoredAs } from "./store.ts";

export interface DraftFile {
  readonly bytes: Uint8Array | string;
  readonly as: StoredAs;
}

export interface Draft {
  /** All that a plan says but its generation and time. */
  readonly content: Omit<Plan, "generation" | "created">;
  /** What the store has to hold, by digest. */
  readonly files: ReadonlyMap<Hex, DraftFile>;
  /** Entries by digest, as they read. */
  readonly entries: ReadonlyMap<Hex, Entry>;
  /** Warnings and notes; errors throw. */
  readonly problems: readonly Problem[];
  readonly masked: readonly { readonly file: string; readonly by: string }[];
  readonly notes: readonly string[];
}

export interface DraftOptions {
  /** The host program that becomes the guard. */
  host?: string;
}

/** Definitions that must not be put in force: every problem of every file, errors among them. */
export class DefinitionFailure extends Failure {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const errors = problems.filter(({ severity }) => severity === "error");
    const files = new Set(errors.map(({ file }) => file)).size;
    const count = `${errors.length} ${errors.length === 1 ? "error" : "errors"} in ${files} ${files === 1 ? "file" : "files"}`;
    super("definition_invalid", `check the definitions: ${count}\n${errors.map(problemText).join("\n")}`, {
      hint: "mend what is named; the plan in force stays as it is until then",
    });
    this.name = "DefinitionFailure";
    this.problems = problems;
  }
}

/** Makes the draft of a host. Throws DefinitionFailure, and the Failures of configuration and host program. */
export function makeDraft(roots: Roots, options: DraftOptions = {}): Draft {
  const configuration = readConfiguration(roots);
  const { files: written, masked, notes } = loadDefinitions(roots.definitionDirs, "apply");
  const files = written.flatMap((read) => withSource(read, configuration));
  return { ...draftOf(roots, files, configuration, options), masked, notes };
}

/** The draft of definitions that have been read. Throws DefinitionFailure, and the Failures of the host program. */
export function draftOf(
  roots: Roots,
  files: readonly ReadDefinition[],
  configuration: Configuration,
  options: DraftOptions,
): Omit<Draft, "masked" | "notes"> {
  lintSet(files);
  let program: Uint8Array | undefined;
  const host = () => (program ??= hostProgram(options.host));
  const candidates = files
    .map((written) => withRecorder(written, roots))
    .map((read) => ({
      read,
      inspected: read.definition?.record === undefined ? inspectProgram(read) : recorderProgram(host()),
      edits:
        read.definition?.edits === undefined ? undefined : completeEdits(read.definition.edits, read.report),
    }));
  refuseFailed(files);

  const collected: Collected = { files: new Map(), entries: new Map() };
  const guard = collect(collected, host(), "program");
  const definitions = candidates.map((one) => planOne(one, configuration, collected));
  lintFeedback(files, definitions);
  const problems = refuseFailed(files);
  const { runtime } = configuration;
  const content = { version: 1 as const, guard, ...(runtime === undefined ? {} : { runtime }), definitions };
  return { content, ...collected, problems };
}

/** Every problem of every file; throws DefinitionFailure when one of them is an error. */
function refuseFailed(files: readonly ReadDefinition[]): Problem[] {
  const problems = files.flatMap(({ report }) => report.problems);
  if (files.some(({ report }) => report.failed)) throw new DefinitionFailure(problems);
  return problems;
}

interface Candidate {
  readonly read: ReadDefinition;
  readonly inspected: InspectedProgram | undefined;
  readonly edits: PlannedDefinition["edits"] | undefined;
}

interface Collected {
  readonly files: Map<Hex, DraftFile>;
  readonly entries: Map<Hex, Entry>;
}

function planOne(
  { read, inspected, edits }: Candidate,
  configuration: Configuration,
  to: Collected,
): PlannedDefinition {
  const { definition, file } = read;
  if (definition === undefined) throw new Error(`${file} has no problem and no definition`);
  if (definition.hook === undefined) return plannedOf(definition, edits, undefined);
  if (inspected === undefined) throw new Error(`${file} has no problem and no program`);
  const entry = entryOf(definition, inspected, configuration);
  const digest = collect(to, canonicalJson(entry), "data");
  to.entries.set(digest, entry);
  const pinned = inspected.interpreter?.pinned;
  return plannedOf(definition, edits, {
    entry: digest,
    hook: collect(to, inspected.bytes, "program"),
    ...(pinned === undefined ? {} : { interpreter: collect(to, pinned.bytes, "program") }),
  });
}

function collect({ files }: Collected, bytes: Uint8Array | string, as: StoredAs): Hex {
  const digest = digestOf(bytes);
  files.set(digest, { bytes, as });
  return digest;
}

/** What a plan says, without the words that are new each time; two plans with the same are the same plan. */
export function contentOf({ generation: _, created: __, ...content }: Plan): string {
  return canonicalJson(content);
}
