/**
 * The plan in force, as the wrapper reads it on every `create`: the link, the file, its digest. A plan that is not what
 * its name says, or that somebody else could have written, stops the container; no plan at all is not an error. Portable.
 */

import { hexOf } from "../codec/hex.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { readlink } from "../linux/link.ts";
import { decode, sha256 } from "../linux/primitive.ts";
import { readToEnd } from "../linux/read.ts";
import { openTrusted } from "../linux/trust.ts";
import { EXIT, Failure } from "../spec/failure.ts";
import { type Hex, isHex, type Plan } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";

/** What a container gets its hooks from, and the digest that its events carry. */
export interface PlanInForce {
  readonly plan: Plan;
  /** SHA-256 of the file, which is also its name. */
  readonly digest: Hex;
}

/** A plan of 10,000 definitions is about 3 MB. */
const LIMIT = 64 * 1024 * 1024;
const SUFFIX = ".json";

/**
 * Reads the plan that `current` names; undefined when there is none. Throws `Failure` `plan_link`, `plan_missing`,
 * `plan_untrusted`, `plan_unreadable`, `plan_digest` or `plan_invalid`, each with exit status 125.
 */
export function readPlan(roots: Roots): PlanInForce | undefined {
  const digest = linkedDigest(roots.current);
  return digest === undefined ? undefined : { plan: readPlanFile(roots, digest), digest };
}

/** Digest of the plan that a link names; undefined when there is no link. Throws `plan_link`. */
export function linkedDigest(link: string): Hex | undefined {
  let target: string;
  try {
    target = readlink(link);
  } catch (error) {
    if (error instanceof LinuxError && error.code === "ENOENT") return undefined;
    const why =
      error instanceof LinuxError && error.code === "EINVAL" ? "it is no symbolic link" : text(error);
    throw failure("plan_link", `read the link ${link}: ${why}`, error);
  }
  const digest = target.slice(0, 64);
  if (target !== digest + SUFFIX || !isHex(digest)) {
    throw failure(
      "plan_link",
      `read the link ${link}: it leads to ${JSON.stringify(target)}, which is no plan`,
    );
  }
  return digest;
}

/** Reads and checks one plan file. Throws as `readPlan`. */
export function readPlanFile(roots: Roots, digest: Hex): Plan {
  const path = planPath(roots, digest);
  return parsePlan(readTrusted(path), digest, path);
}

/** The plan of a file's bytes; `path` is for messages. Throws `plan_digest` or `plan_invalid`. */
export function parsePlan(bytes: Uint8Array, digest: Hex, path: string): Plan {
  if (hexOf(sha256(bytes)) !== digest) {
    throw failure("plan_digest", `read the plan ${path}: its content is not what its name says`);
  }
  let plan: unknown;
  try {
    plan = JSON.parse(decode(bytes));
  } catch (error) {
    throw failure("plan_invalid", `read the plan ${path}: it is not JSON`, error);
  }
  const fault = faultOf(plan);
  if (fault !== undefined) throw failure("plan_invalid", `read the plan ${path}: ${fault}`);
  return plan as Plan;
}

export function planPath(roots: Roots, digest: Hex): string {
  return `${roots.plans}/${digest}${SUFFIX}`;
}

function readTrusted(path: string): Uint8Array {
  const opened = openTrusted(path, "data");
  if (!opened.ok) {
    const code = opened.reason === "missing" ? "plan_missing" : "plan_untrusted";
    throw failure(code, `read the plan ${path}: ${opened.message}`);
  }
  try {
    return readToEnd(opened.fd, LIMIT, opened.size, path);
  } catch (error) {
    throw failure("plan_unreadable", `read the plan ${path}: ${text(error)}`, error);
  } finally {
    close(opened.fd);
  }
}

/** The digest answers for the content; the shape is looked at because a plan of another version may have it too. */
function faultOf(plan: unknown): string | undefined {
  if (typeof plan !== "object" || plan === null) return "it is not an object";
  const { version, definitions, guard } = plan as { [key in keyof Plan]?: unknown };
  if (version !== 1) return `its version is ${JSON.stringify(version)}; this program knows version 1`;
  if (!Array.isArray(definitions)) return "it has no definitions";
  return typeof guard === "string" && isHex(guard) ? undefined : "it names no guard";
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function failure(code: string, message: string, cause?: unknown): Failure {
  return new Failure(code, message, {
    hint: "run `hookwright apply` to write the plan anew, and find out who changed it",
    exitCode: EXIT.own,
    ...(cause === undefined ? {} : { cause }),
  });
}
