/**
 * The recorder's hook: at a container's creation it registers it, at the end it reads what was seen and writes the
 * profile. Which of the two it is, the container's state says.
 */

import { realtimeMs } from "../linux/clock.ts";
import { mkdirAll } from "../linux/directory.ts";
import { LinuxError } from "../linux/error.ts";
import { decode } from "../linux/primitive.ts";
import { readToEnd } from "../linux/read.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import type { Boundary, RecordOptions } from "../spec/recording.ts";
import type { Roots } from "../spec/roots.ts";
import { destinationOf, traceAnnotation } from "./annotation.ts";
import { bundleFacts } from "./bundle.ts";
import { checkDestination, type Destination } from "./destination.ts";
import { atEndOf } from "./end.ts";
import { type RecorderPlace, recorderPlace } from "./place.ts";
import { register } from "./register.ts";
import { dropSession, type Session, saveSession, sessionPath } from "./session.ts";
import { unregister } from "./unregister.ts";
import type { Words } from "./words.ts";

const STDIN = 0;
const MAX_STATE_BYTES = 16 * 1024 * 1024;

const BOUNDARIES: { [B in Boundary]: string } = {
  permissive: "under a filter that allows everything, in place of its own",
  "own-profile": "under its own filter",
  exec: "without a filter, from its first program",
  attach: "from now on",
};

interface State {
  id: string;
  bundle: string;
  status: string;
  pid: number;
  annotations: { readonly [key: string]: unknown };
}

/** Does what the state on standard input asks for; returns the words for the record of the run. Throws `Failure`. */
export async function recordHook(words: Words, roots: Roots, pins: string | undefined): Promise<string> {
  const state = readState();
  const path = sessionPath(roots, state.id, state.bundle);
  const place = recorderPlace(roots, pins);
  if (state.status === "stopped") return end(path, place);
  const destination = words.destination ?? fromAnnotation(state, words, roots);
  if (destination === undefined) return "not recorded: the container has no annotation that asks for it";
  return await begin(state, destination, words.options, { path, place, roots });
}

async function begin(
  state: State,
  destination: Destination,
  options: RecordOptions,
  { path, place, roots }: { path: string; place: RecorderPlace; roots: Roots },
): Promise<string> {
  if (state.pid <= 0)
    throw new Failure("record_stage", "record the container: its state names no process", {
      hint: "let the recorder run at createRuntime (or prestart) and at poststop",
      exitCode: EXIT.own,
    });
  const { boundary, ends, direct, noNewPrivileges, command } = bundleFacts(state.bundle);
  if (!ends && !direct)
    throw new Failure("record_stage", "record the container: nobody would write the profile at its end", {
      hint: "list poststop among the hook's stages, beside prestart or createRuntime",
      exitCode: EXIT.own,
    });
  if (destination.profile.startsWith(`${roots.profiles}/`)) mkdirAll(roots.profiles, 0o755);
  await checkDestination(destination);
  const started = new Date(realtimeMs()).toISOString();
  const registration = await register(place, { pid: state.pid, options, boundary });
  const container = {
    id: state.id,
    bundle: state.bundle,
    ...(command === undefined ? {} : { command: [command] }),
  };
  const session: Session = {
    version: 1,
    registration,
    options,
    run: { container, noNewPrivileges, boundary, started },
    destination,
  };
  try {
    saveSession(roots, path, session);
    if (!ends) await atEndOf(state.pid, path, () => end(path, place));
  } catch (error) {
    dropSession(path);
    unregister(place, registration);
    throw error;
  }
  return `recording ${BOUNDARIES[boundary]}; the profile goes to ${destination.profile}`;
}

async function end(path: string, place: RecorderPlace): Promise<string> {
  const { finish } = await import("./finish.ts");
  return finish(path, place);
}

function fromAnnotation(state: State, { directories }: Words, roots: Roots): Destination | undefined {
  const value = traceAnnotation(state.annotations);
  return value === undefined ? undefined : destinationOf(value, [roots.profiles, ...directories]);
}

function readState(): State {
  let value: unknown;
  try {
    value = JSON.parse(decode(readToEnd(STDIN, MAX_STATE_BYTES)));
  } catch (error) {
    if (error instanceof LinuxError) throw error;
    value = undefined;
  }
  if (typeof value !== "object" || value === null)
    throw new Failure("state_invalid", "read the container's state from standard input: not a JSON object", {
      hint: "hooks get the state from the runtime",
      exitCode: EXIT.own,
    });
  const { id, bundle, status, pid, annotations } = value as { [key: string]: unknown };
  return {
    id: String(id ?? ""),
    bundle: String(bundle ?? ""),
    status: String(status ?? ""),
    pid: typeof pid === "number" ? pid : 0,
    annotations: typeof annotations === "object" && annotations !== null ? { ...annotations } : {},
  };
}
