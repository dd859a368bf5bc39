/**
 * Where a run finds its files and leaves its records: the host's own directories, or, at startContainer, the one
 * directory that the injector mounted into the container.
 */

import { bytesOf } from "../codec/hex.ts";
import { TRIAL, variable } from "../spec/environment.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { type Roots, rootsAt } from "../spec/roots.ts";
import { IN_CONTAINER, type Stage } from "../spec/stage.ts";
import type { Call } from "./call.ts";

/** Where the injector puts the store's files in a container, the first that is a tmpfs there. */
const CONTAINER_STORES = ["/dev/hookwright", "/run/hookwright", "/.hookwright"];

/** Stages at which the hook sees the host, and the state names the container's process as the host counts, or it has ended. */
const WITH_LEDGER: ReadonlySet<Stage> = new Set(["prestart", "createRuntime", "poststart", "poststop"]);

export interface Spool {
  /** A file that the guard may append to. */
  path: string;
  /** What the records in it are signed with. */
  key: Uint8Array;
}

export interface Place {
  roots: Roots;
  /** Inside the container, where the image chose everything but the mounts of ours. */
  inside: boolean;
  spool?: Spool;
  /** Whether what hooks remember is kept. */
  ledger?: true;
  /** Why the entry must not be read. */
  fault?: Failure;
}

/**
 * Reads HOOKWRIGHT_ROOT, HOOKWRIGHT_SPOOL and HOOKWRIGHT_KEY. The fault is `entry_outside_store` (126) when the entry lies
 * elsewhere than in the store, such as in a bundle that the container can write to.
 */
export function placeOf(call: Call, env: readonly string[]): Place {
  const roots = rootsAt(variable(env, "HOOKWRIGHT_ROOT") ?? "/");
  const inside = IN_CONTAINER.has(call.stage);
  const place: Place = { roots, inside };
  if (WITH_LEDGER.has(call.stage) && variable(env, TRIAL) === undefined) place.ledger = true;
  if (!(inside ? CONTAINER_STORES.includes(call.store) : call.store === roots.store)) {
    const where = inside ? "the directory that is mounted for it" : roots.store;
    place.fault = new Failure(
      "entry_outside_store",
      `read the plan entry ${call.entry}: it is not in ${where}`,
      {
        hint: "the entry in config.json was not written by Hookwright for this root: create the container again",
        exitCode: EXIT.refused,
      },
    );
  }
  const spool = spoolOf(env);
  if (spool !== undefined) place.spool = spool;
  return place;
}

function spoolOf(env: readonly string[]): Spool | undefined {
  const path = variable(env, "HOOKWRIGHT_SPOOL");
  const key = spoolKey(env);
  return path === undefined || path[0] !== "/" || key === undefined ? undefined : { path, key };
}

/** The key of the spool; undefined when there is none that is worth the name. */
export function spoolKey(env: readonly string[]): Uint8Array | undefined {
  const key = bytesOf(variable(env, "HOOKWRIGHT_KEY") ?? "");
  return key === undefined || key.length < 16 ? undefined : key;
}
