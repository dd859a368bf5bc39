/** Hooks that a container gets twice, and devices that an engine gives up because two files have them. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { entriesOf } from "../plan/entries.ts";
import { ownEntry } from "../rules/hooks/own-entry.ts";
import { same } from "../rules/hooks/same.ts";
import type { Entry, PlannedDefinition } from "../spec/plan.ts";
import type { OciHook } from "../spec/runtime-config.ts";
import { type Finding, finding } from "./finding.ts";
import { foreignDirectories, hookFiles } from "./hooks-directories.ts";
import { onDisk, type Subject } from "./subject.ts";

const CDI_KIND = "hookwright.dev/hook";
const CDI_FILE = "hookwright.dev-hook.json";
const CDI_DIRECTORIES = ["/etc/cdi", "/var/run/cdi"];

interface Planned {
  readonly definition: PlannedDefinition;
  readonly entry: Entry;
}

export function checkConflicts(subject: Subject): Finding[] {
  const planned = plannedHooks(subject);
  return [...twins(planned), ...elsewhere(subject, planned), ...devices(subject)];
}

function plannedHooks({ roots, plan }: Subject): Planned[] {
  if (plan === undefined || plan instanceof Error) return [];
  const entries = entriesOf(roots, plan.plan);
  return plan.plan.definitions.flatMap((definition) => {
    const entry = entries.get(definition.entry ?? "");
    return entry === undefined ? [] : [{ definition, entry }];
  });
}

/** Two definitions that run one program with the same words in the same containers. */
function twins(planned: readonly Planned[]): Finding[] {
  return planned.flatMap((one, at) =>
    planned.slice(at + 1).flatMap((other) => {
      const stages = one.definition.stages.filter((stage) => other.definition.stages.includes(stage));
      const alike = one.entry.hook === other.entry.hook && same(one.entry.args, other.entry.args);
      if (!alike || stages.length === 0 || !same(one.definition.when, other.definition.when)) return [];
      const message = `${one.definition.file} and ${other.definition.file} run the same program with the same words, at ${stages.join(", ")} of the same containers`;
      return [finding("warning", "hook_twice", message, "take one of them away, and run `hookwright apply`")];
    }),
  );
}

/** hooks.d files of others that start our guard, or a program that a definition starts as well. */
function elsewhere(subject: Subject, planned: readonly Planned[]): Finding[] {
  return [...foreignDirectories(subject)].flatMap(([directory, engines]) =>
    hookFiles(directory).flatMap((file) => {
      const hook = hookOf(file);
      if (hook === undefined) return [];
      const who = engines.join(" and ");
      if (hook.path.startsWith(`${subject.roots.store}/`) || ownEntry(hook) !== undefined) {
        const message =
          `${file} starts the guard by itself: ${who} runs that hook beside those of the plan, and ` +
          "`apply` never renews it";
        return [finding("warning", "second_guard", message, `rm ${file}`)];
      }
      const twin = planned.find(({ entry }) => entry.path === hook.path);
      if (twin === undefined) return [];
      const message = `${file} runs ${hook.path}, which ${twin.definition.file} runs under the guard: ${who} may run it twice`;
      return [finding("warning", "hook_twice", message, `take ${file} away`)];
    }),
  );
}

function hookOf(file: string): OciHook | undefined {
  try {
    const hook: unknown = JSON.parse(readFileSync(file, "utf8"))?.hook;
    if (typeof hook === "string") return { path: hook };
    const { path } = hook as OciHook;
    return typeof path === "string" ? (hook as OciHook) : undefined;
  } catch {
    return undefined; // the check of these directories says what is wrong with it
  }
}

/** CDI takes a device away altogether when two files of one directory have it; one in /var/run/cdi hides ours. */
function devices(subject: Subject): Finding[] {
  return CDI_DIRECTORIES.flatMap((named) => {
    const directory = onDisk(subject, named);
    const names = existsSync(directory) ? readdirSync(directory) : [];
    const others = names.filter(
      (name) => /\.(json|yaml)$/.test(name) && !(named === "/etc/cdi" && name === CDI_FILE),
    );
    return others.flatMap((name) => {
      const file = `${directory}/${name}`;
      if (!new RegExp(`["']?kind["']?\\s*:\\s*["']?${CDI_KIND}\\b`).test(readFileSync(file, "utf8")))
        return [];
      const message = `${file} has devices of the kind ${CDI_KIND} too: engines then have none of them, or those of that file`;
      return [finding("error", "cdi_conflict", message, `rm ${file}; \`hookwright apply\` writes ours`)];
    });
  });
}
