/**
 * The annotation of oci-seccomp-bpf-hook: `io.containers.trace-syscall`, or with `/NAME` for one container of a pod, says
 * `of:/output[;if:/base]` in any order. Whoever starts a container writes it, so the output may only lie in directories
 * that the host's own configuration names.
 */

import { EXIT, Failure } from "../spec/failure.ts";
import type { Destination } from "./destination.ts";

const KEY = "io.containers.trace-syscall";
/** Where CRI-O says what a container is called in its pod. */
const NAMES = ["io.kubernetes.container.name", "io.kubernetes.cri-o.ContainerName"];

/** The annotation's value for this container; undefined when it has none. */
export function traceAnnotation(annotations: { readonly [key: string]: unknown }): string | undefined {
  for (const name of NAMES) {
    const container = annotations[name];
    const value = typeof container === "string" ? annotations[`${KEY}/${container}`] : undefined;
    if (typeof value === "string") return value;
  }
  const value = annotations[KEY];
  return typeof value === "string" ? value : undefined;
}

/** Reads `of:…;if:…`. Throws `Failure` `record_annotation`, or `record_directory` for an output that is not allowed. */
export function destinationOf(value: string, directories: readonly string[]): Destination {
  const found: { of?: string; if?: string } = {};
  for (const part of value.split(";")) {
    const [key, ...rest] = part.split(":");
    const path = rest.join(":");
    if ((key !== "of" && key !== "if") || found[key] !== undefined)
      throw wrong(value, `"${part}" is neither of:PATH nor if:PATH, or is there twice`);
    if (!isPlain(path)) throw wrong(value, `"${path}" is not an absolute path without . and ..`);
    found[key] = path;
  }
  if (found.of === undefined) throw wrong(value, "of:PATH is missing");
  const parent = found.of.slice(0, found.of.lastIndexOf("/"));
  if (!directories.some((directory) => parent === directory || parent.startsWith(`${directory}/`)))
    throw new Failure(
      "record_directory",
      `record the container: ${found.of} is in no directory that this host allows`,
      {
        hint: `it allows ${directories.join(", ")}; --directory DIR in the hook's args allows another`,
        exitCode: EXIT.own,
      },
    );
  const base = found.if === undefined ? {} : { base: found.if };
  return { profile: found.of, format: "docker", merge: false, ...base };
}

function isPlain(path: string): boolean {
  const closed = `${path}/`;
  return (
    path.startsWith("/") &&
    !path.endsWith("/") &&
    !["//", "/./", "/../", "\0"].some((wrong) => closed.includes(wrong))
  );
}

function wrong(value: string, what: string): Failure {
  return new Failure("record_annotation", `read the annotation ${KEY}: ${what}`, {
    hint: `it says ${JSON.stringify(value)}; write of:/absolute/output.json, and ;if:/absolute/base.json to extend a profile`,
    exitCode: EXIT.own,
  });
}
