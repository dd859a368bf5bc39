/**
 * A definition that records becomes one with a hook and an edit: the recorder, which is the host program under another
 * name, at the container's creation and at its end, and the filter that makes the recording exact. The hooks.d file of
 * oci-seccomp-bpf-hook lists only the creation; with the recorder in its place it means the end as well.
 */

import { permissiveFilter } from "../rules/seccomp/permissive.ts";
import type { Definition, HookProgram, RecordWish } from "../spec/definition.ts";
import type { Roots } from "../spec/roots.ts";
import type { InspectedProgram } from "./lint/program.ts";
import { programOf } from "./program.ts";
import type { ReadDefinition } from "./read-definition.ts";

const RECORDER = "hookwright-record";
const NAMES = [RECORDER, "oci-seccomp-bpf-hook"];

/** The definition with what its `record` means spelled out; one without `record` as it is. */
export function withRecorder(read: ReadDefinition, roots: Roots): ReadDefinition {
  const { definition } = read;
  const record = definition?.record;
  if (definition !== undefined && record === undefined) return { ...read, definition: toTheEnd(definition) };
  if (definition === undefined || record === undefined || definition.hook !== undefined) return read;
  const edits =
    record.filter === "own"
      ? definition.edits
      : { ...definition.edits, seccomp: { profile: permissiveFilter() } };
  const spelled: Definition = {
    ...definition,
    hook: hookOf(definition.name, record, roots),
    stages: ["createRuntime", "poststop"],
    ...(edits === undefined ? {} : { edits }),
  };
  return { ...read, definition: spelled };
}

function toTheEnd(definition: Definition): Definition {
  const { hook, stages } = definition;
  const [called = ""] = hook?.args ?? [];
  const records = NAMES.includes(called.slice(called.lastIndexOf("/") + 1)) && !stages.includes("poststop");
  return records ? { ...definition, stages: [...stages, "poststop"] } : definition;
}

/** The host program as the program of such a definition. */
export function recorderProgram(host: Uint8Array): InspectedProgram {
  return { program: programOf(host), bytes: host };
}

function hookOf(name: string, record: RecordWish, roots: Roots): HookProgram {
  const { profile = name, details = [], base, mode, format } = record;
  const args = [
    RECORDER,
    "--profile",
    profile.startsWith("/") ? profile : `${roots.profiles}/${stem(profile)}.json`,
  ];
  if (details.length > 0) args.push("--details", details.join(","));
  if (base !== undefined) args.push("--base", base);
  if (mode === "merge") args.push("--merge");
  if (format !== undefined) args.push("--format", format);
  const env = [`HOOKWRIGHT_ROOT=${roots.root}`];
  const pins = process.env.HOOKWRIGHT_PINS;
  if (pins !== undefined) env.push(`HOOKWRIGHT_PINS=${pins}`);
  // The guard finds the program in the store; the path is what people read.
  return { path: `/${RECORDER}`, args, env };
}

function stem(name: string): string {
  return name.endsWith(".json") ? name.slice(0, -5) : name;
}
