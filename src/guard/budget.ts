/**
 * The time that all hooks of one container may take together. The wrapper begins a file when it injects the plan; each
 * run on the host adds its line. Without the file each hook has its own limit only.
 */

import { hexOf } from "../codec/hex.ts";
import type { Container } from "../codec/state.ts";
import { close } from "../linux/descriptor.ts";
import { mkdirAll } from "../linux/directory.ts";
import { AT_FDCWD, O, open, openIfThere } from "../linux/open.ts";
import { encode, sha256 } from "../linux/primitive.ts";
import { readTextIfThere } from "../linux/read.ts";
import { appendTo } from "../linux/write.ts";
import type { Hex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";
import type { Stage } from "../spec/stage.ts";

/** Far more lines than hooks fit into a budget; a larger file is no record of ours. */
const MAX_RECORD_BYTES = 256 * 1024;

export interface Spending {
  stage: Stage;
  hook: string;
  ms: number;
}

/** The name of what is kept for a container: a digest, so an id that is hostile names nothing else. */
export function keyOf({ id, bundle }: Pick<Container, "id" | "bundle">): string {
  return hexOf(sha256(encode(`${id}\0${bundle}`)).subarray(0, 16));
}

/** The container's record. */
export function recordPath(roots: Roots, container: Container): string {
  return `${roots.containers}/${keyOf(container)}.json`;
}

/** Milliseconds that the container's hooks have taken; 0 when nothing is recorded or it cannot be read. */
export function spentMs(path: string): number {
  try {
    const text = readTextIfThere(path, MAX_RECORD_BYTES);
    return text === null ? 0 : sumOf(text);
  } catch {
    return 0;
  }
}

/** Sum of the lines' `ms`; the first line and what is torn count nothing. */
export function sumOf(text: string): number {
  let sum = 0;
  for (let from = text.indexOf("\n") + 1; from > 0 && from < text.length; ) {
    const end = text.indexOf("\n", from);
    if (end < 0) break;
    sum += msOf(text.slice(from, end));
    from = end + 1;
  }
  return sum;
}

/** Begins a record unless there is one, in the form that the wrapper gives it. Never throws. */
export function begin(
  roots: Roots,
  path: string,
  container: { id: string; bundle: string; plan: Hex },
): void {
  try {
    mkdirAll(roots.run, 0o755);
    mkdirAll(roots.containers, 0o700);
    const fd = open(path, O.WRONLY | O.CREAT | O.EXCL | O.NOFOLLOW, 0o600);
    try {
      appendTo(fd, `${JSON.stringify(container)}\n`, path);
    } finally {
      close(fd);
    }
  } catch {
    // It is there already, or it cannot be: then each hook has its own limit only.
  }
}

/** Adds a line to a record that exists. Never throws. */
export function spend(path: string, spending: Spending): void {
  try {
    const fd = openIfThere(AT_FDCWD, path, O.WRONLY | O.APPEND | O.NOFOLLOW | O.NONBLOCK);
    if (fd === null) return;
    try {
      appendTo(fd, `${JSON.stringify(spending)}\n`, path);
    } finally {
      close(fd);
    }
  } catch {
    // The budget is a bound on top of each hook's own; a full /run must not stop a container.
  }
}

function msOf(line: string): number {
  try {
    const { ms } = JSON.parse(line) as { ms?: unknown };
    return typeof ms === "number" && ms > 0 ? ms : 0;
  } catch {
    return 0;
  }
}
