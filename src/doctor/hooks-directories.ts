/**
 * hooks.d files of anybody in the directories that Podman and CRI-O read: those that the engine passes over in silence, and
 * those for which it starts no container. Files of ours are made of the plan and are no concern here.
 */

import { existsSync, readdirSync } from "node:fs";
import { hooksDirectory } from "../engines/draft.ts";
import { readDefinitionFile } from "../plan/definitions.ts";
import type { Problem } from "../plan/lint/problem.ts";
import { inspectProgram } from "../plan/lint/program.ts";
import type { RuleId } from "../plan/lint/rule.ts";
import { lintSet } from "../plan/lint/set.ts";
import { type Finding, finding } from "./finding.ts";
import { onDisk, type Subject } from "./subject.ts";

/** Where a manual page of Podman's promises hooks that a default configuration never reads. */
const PROMISED = "/etc/containers/oci/hooks.d";

/** What an engine does with a file that breaks a rule: the others do not change whether a hook runs. */
const SILENT: ReadonlySet<RuleId> = new Set(["missing-program", "never-matches", "missing-file"]);
const FATAL: ReadonlySet<RuleId> = new Set([
  "syntax",
  "bad-version",
  "unknown-stage",
  "pattern-invalid",
  "missing-field",
  "wrong-type",
  "both-synonyms",
]);
const IGNORED: ReadonlySet<RuleId> = new Set(["unknown-field", "without-hook", "does-nothing"]);

export function checkHooksDirectories(subject: Subject): Finding[] {
  const readers = foreignDirectories(subject);
  const found = [...readers].flatMap(([directory, engines]) => [
    ...missingDirectory(directory, engines),
    ...problemsIn(directory, engines),
  ]);
  return [...found, ...neverRead(subject, [...readers.keys()])];
}

/** Directories on this disk, and the engines that read each. */
export function foreignDirectories(subject: Subject): Map<string, string[]> {
  const readers = new Map<string, string[]>();
  for (const { engine, hookDirectories } of subject.engines) {
    for (const named of hookDirectories) {
      const directory = onDisk(subject, named);
      if (directory === hooksDirectory(subject.roots)) continue;
      readers.set(directory, [...(readers.get(directory) ?? []), engine]);
    }
  }
  return readers;
}

/** The files of a directory that an engine reads as hooks: the ending counts, exactly. */
export function hookFiles(directory: string): string[] {
  return namesIn(directory)
    .filter((name) => name.endsWith(".json"))
    .map((name) => `${directory}/${name}`);
}

function missingDirectory(directory: string, engines: readonly string[]): Finding[] {
  if (existsSync(directory) || !engines.includes("crio")) return [];
  const message = `${directory} is not there, and CRI-O does not start without a directory that it is to watch`;
  return [finding("error", "hooks_directory", message, `mkdir -p ${directory}, or take it out of hooks_dir`)];
}

function problemsIn(directory: string, engines: readonly string[]): Finding[] {
  const who = engines.join(" and ");
  const others = namesIn(directory).filter((name) => !name.endsWith(".json") && !name.startsWith("."));
  const passedOver = others.map((name) =>
    finding(
      "warning",
      "hook_dropped",
      `${directory}/${name} is passed over by ${who}: its name does not end with .json`,
      "rename it, or take it away",
    ),
  );
  const reads = hookFiles(directory).map((file) => readDefinitionFile(file, "check"));
  lintSet(reads);
  for (const read of reads) inspectProgram(read);
  return [
    ...passedOver,
    ...reads.flatMap(({ report }) => report.problems.flatMap((one) => judged(one, who))),
  ];
}

function judged({ rule, file, line, column, message, mend }: Problem, who: string): Finding[] {
  const what = `${file}:${line}:${column}: ${message}`;
  if (SILENT.has(rule))
    return [finding("warning", "hook_dropped", `${what}; ${who} says nothing of it`, mend)];
  if (IGNORED.has(rule))
    return [finding("warning", "hook_field_ignored", `${what}; ${who} says nothing of it`, mend)];
  if (!FATAL.has(rule)) return [];
  const fate = `${who} starts no container, or drops all hooks beside a file whose program is missing`;
  return [finding("error", "hook_refused", `${what}; ${fate}`, mend)];
}

function neverRead(subject: Subject, read: readonly string[]): Finding[] {
  const directory = onDisk(subject, PROMISED);
  const podman = subject.engines.find(({ engine }) => engine === "podman");
  if (podman === undefined || podman.state === "absent" || read.includes(directory)) return [];
  if (hookFiles(directory).length === 0) return [];
  const message = `${directory} has hooks, and Podman reads it only when hooks_dir in containers.conf names it`;
  return [finding("warning", "hook_dropped", message, `add ${PROMISED} to hooks_dir, or move the files`)];
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : [];
}
