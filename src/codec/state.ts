/**
 * What the runtime says about the container, taken with the tolerance that the runtimes' dialects need and no more
 * trust than they deserve: an id and a bundle that are text, annotations that are text, anything else is carried to the
 * hook as the very bytes that came.
 */

import { EXIT, Failure } from "../spec/failure.ts";
import type { State } from "../spec/state.ts";

/** More than any engine writes (Kubernetes allows 256 KiB of annotations); a hook's stdin is not a data store. */
export const MAX_STATE_BYTES = 16 * 1024 * 1024;

/** Longer names are cut in records; the longest path that Linux takes. */
const MAX_NAME = 4096;

/** What is used of the state. */
export interface Container {
  id: string;
  bundle: string;
  pid?: number;
  status?: string;
  annotations: { [key: string]: string };
}

/** Nothing to speak of: for records of runs that fail before the state is known. */
export const NO_CONTAINER: Container = { id: "", bundle: "", annotations: {} };

/**
 * The container that a state names. Missing fields are empty, a pid that is not positive is none. Throws `Failure`
 * `state_invalid` (126) for what is not a JSON object.
 */
export function parseState(json: string): Container {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Failure("state_invalid", "read the container's state from standard input: not a JSON object", {
      hint: "hooks get the state from the runtime; by hand, `runc state ID | …`",
      exitCode: EXIT.refused,
    });
  }
  const state: { [key in keyof State]?: unknown } = value;
  const container: Container = {
    id: text(state.id),
    bundle: text(state.bundle),
    annotations: texts(state.annotations),
  };
  if (typeof state.pid === "number" && state.pid > 0) container.pid = state.pid;
  if (typeof state.status === "string") container.status = state.status;
  return container;
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, MAX_NAME) : "";
}

/** The pairs that are text, in an object without a prototype: `__proto__` is a key like any other. */
function texts(value: unknown): { [key: string]: string } {
  const pairs: { [key: string]: string } = Object.create(null);
  if (typeof value !== "object" || value === null) return pairs;
  for (const [key, inner] of Object.entries(value)) if (typeof inner === "string") pairs[key] = inner;
  return pairs;
}
