/**
 * Beginning to record a container: a slot is taken, cleared and given the container's mount namespace. With the recorder
 * loaded that is a handful of system calls; the first container of a machine has it loaded.
 */

import { hexOf } from "../codec/hex.ts";
import { update } from "../linux/bpf.ts";
import { close } from "../linux/descriptor.ts";
import { failedWith, LinuxError } from "../linux/error.ts";
import { type MountNamespace, mountNamespace } from "../linux/mount-namespace.ts";
import { namespaceId } from "../linux/namespace.ts";
import { pidfdOpen } from "../linux/pidfd.ts";
import { Failure } from "../spec/failure.ts";
import type { Boundary, RecordOptions } from "../spec/recording.ts";
import { giveBack, readBook, takeSlot, writeBook } from "./book.ts";
import { detailsOf, SLOT, SLOTS } from "./layout.ts";
import { kernelSide, load } from "./load.ts";
import { addNamespace } from "./namespaces.ts";
import { attachFor, optionBits } from "./options.ts";
import { type RecorderPlace, withRecorderLock } from "./place.ts";
import { startOf } from "./process.ts";
import { reapNow, reapSometimes, unloadIfIdle } from "./reap.ts";
import { type Recorder, withRecorder } from "./recorder.ts";
import { type Registration, slotKey } from "./registration.ts";

/** PROC_PID_INIT_INO: there, pids are those that the kernel side sees. */
const FIRST_PID = 0xefff_fffc;
/** PROC_USER_INIT_INO: only capabilities of that one reach the kernel's programs. */
const FIRST_USER = 0xefff_fffd;

export interface RegisterRequest {
  /** The container's first process, as the caller sees its number; in its mount namespace already. */
  readonly pid: number;
  readonly options: RecordOptions;
  /** Its mount namespace, for a caller that knows it. */
  readonly namespace?: MountNamespace;
  /** From when on the details that were asked for are kept. Of the calls, all are. */
  readonly boundary: Boundary;
}

/** As `register` when the recorder is loaded; null when it is not. */
export function registerIfLoaded(place: RecorderPlace, request: RegisterRequest): Registration | null {
  const target = targetOf(request);
  return withRecorderLock(place, () => enter(place, target));
}

/**
 * Begins to record the mount namespace of `pid` and what descends from it. Throws a Failure: `recorder_rootless`,
 * `recorder_no_process`, `recorder_own_namespace`, `recorder_taken`, `recorder_full`, or why this machine cannot record.
 */
export async function register(place: RecorderPlace, request: RegisterRequest): Promise<Registration> {
  const target = targetOf(request);
  const at = withRecorderLock(place, () => enter(place, target));
  if (at !== null) return at;
  const object = await kernelSide();
  return withRecorderLock(place, () => {
    // Somebody else may have been quicker.
    const again = enter(place, target);
    if (again !== null) return again;
    load(place, object, !target.namespace.unique);
    try {
      const registered = enter(place, target);
      if (registered !== null) return registered;
    } catch (error) {
      unloadIfIdle(place);
      throw error;
    }
    throw new Failure("recorder_gone", "record system calls: the recorder was taken away at once");
  });
}

interface Target {
  readonly pid: number;
  readonly start: number;
  readonly namespace: MountNamespace;
  readonly options: number;
  readonly details: number;
}

function targetOf(request: RegisterRequest): Target {
  const { pid, options, boundary } = request;
  if (namespaceId("user") !== FIRST_USER)
    throw new Failure(
      "recorder_rootless",
      `record process ${pid}: the engine is rootless, and the kernel lets only the machine's root record`,
      { hint: "record the container once under root's engine; the profile serves the rootless one as well" },
    );
  let namespace: MountNamespace;
  try {
    namespace = request.namespace ?? mountNamespace(pid);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("recorder_no_process", `record process ${pid}: ${error.message}`, { cause: error });
  }
  if (hexOf(namespace.key) === hexOf(mountNamespace("self").key))
    throw new Failure(
      "recorder_own_namespace",
      `record process ${pid}: it is in the same mount namespace as the caller, with the rest of the machine`,
      { hint: "only a container with a mount namespace of its own can be recorded" },
    );
  return {
    pid,
    start: startOf(pid) ?? 0,
    namespace,
    options: optionBits(options),
    details: detailsOf(boundary),
  };
}

function enter(place: RecorderPlace, target: Target): Registration | null {
  return withRecorder(place, (recorder) => {
    reapSometimes(recorder);
    attachFor(place, target.options);
    const first = tryEnter(recorder, target);
    if (typeof first !== "string") return first;
    // Perhaps only the dead are in the way.
    reapNow(recorder, 0);
    const second = tryEnter(recorder, target);
    if (typeof second !== "string") return second;
    throw second === "full"
      ? new Failure(
          "recorder_full",
          `record process ${target.pid}: ${SLOTS} containers are recorded already`,
          {
            hint: "end one of the recordings first",
          },
        )
      : new Failure(
          "recorder_taken",
          `record process ${target.pid}: its mount namespace is recorded already`,
          {
            hint: "end that recording first, or read it",
          },
        );
  });
}

function tryEnter(recorder: Recorder, target: Target): Registration | "full" | "taken" {
  const book = readBook(recorder.map("book"));
  const { pid, start, options } = target;
  const entry = takeSlot(book, { pid, start, options, key: target.namespace.key });
  if (entry === null) return "full";
  // The book first: a slot that nobody began to use is found and freed, one that is not in the book would never be.
  writeBook(book);
  const value = new Uint8Array(SLOT.size);
  const view = new DataView(value.buffer);
  view.setUint32(SLOT.generation, entry.generation, true);
  view.setUint32(SLOT.options, options, true);
  view.setUint32(SLOT.details, target.details, true);
  const global = namespaceId("pid") === FIRST_PID;
  view.setUint32(SLOT.init, global ? pid : 0, true);
  update(recorder.map("slots"), slotKey(entry.slot), value);
  const added = addNamespace(recorder.map("namespaces"), target.namespace.key, entry);
  if (added !== "added") {
    giveBack(book, entry.slot);
    writeBook(book);
    return added;
  }
  if (!global) tagInit(recorder, pid, entry);
  return { slot: entry.slot, generation: entry.generation, key: hexOf(target.namespace.key), options };
}

/** Where pids are not those of the machine, the first process itself is marked. */
function tagInit(recorder: Recorder, pid: number, owner: { slot: number; generation: number }): void {
  // struct tag: the owner, u32 seen 8, u16 entered 12, u16 init 14.
  const tag = new Uint8Array(16);
  const view = new DataView(tag.buffer);
  view.setUint32(0, owner.slot, true);
  view.setUint32(4, owner.generation, true);
  view.setUint16(14, 1, true);
  const key = new Uint8Array(4);
  try {
    const pidfd = pidfdOpen(pid);
    try {
      new DataView(key.buffer).setUint32(0, pidfd, true);
      update(recorder.map("tags"), key, tag);
    } finally {
      close(pidfd);
    }
  } catch (error) {
    // It ended meanwhile.
    if (!failedWith(error, "ESRCH", "ENOENT")) throw error;
  }
}
