/** A recording from its file, checked as far as anything here relies on it. Fields of later versions survive. */

import type { Abi, Boundary, RecordedArgument, RecordedCalls, Recording } from "../../spec/recording.ts";
import type { Json, JsonObject } from "../../spec/runtime-config.ts";
import { type Document, Fields, type Path } from "./read-fields.ts";

const ABIS: readonly Abi[] = ["x86_64", "i386", "x32", "aarch64"];
const BOUNDARIES: readonly Boundary[] = ["permissive", "own-profile", "exec", "attach"];

/** Throws a `Failure` `recording_invalid`: `read FILE:LINE:COLUMN: /calls/x86_64/allowed: …`. */
export function readRecording(document: Document): Recording {
  const fields = new Fields(document, "recording_invalid");
  const root = fields.object(document.value, []);
  if (root.calls === undefined) refuseOther(root, fields);
  if (root.version !== 1)
    fields.refuse(
      ["version"],
      `is ${JSON.stringify(root.version)}, and this program reads version 1`,
      "Use the program that wrote it.",
    );
  const machine = fields.object(root.machine, ["machine"]);
  fields.text(machine.arch, ["machine", "arch"]);
  fields.text(machine.kernel, ["machine", "kernel"]);
  fields.object(root.container, ["container"]);
  fields.oneOf(root.boundary, ["boundary"], BOUNDARIES);
  for (const time of ["started", "ended"]) fields.text(root[time], [time]);
  fields.flag(root.complete, ["complete"]);
  fields.whole(root.outOfRange, ["outOfRange"]);
  checkCalls(root.calls, fields);
  checkRun(root, fields);
  checkRequested(root, fields);
  if (root.coverage !== undefined) checkCoverage(root.coverage, fields);
  return root as unknown as Recording;
}

function refuseOther(root: JsonObject, fields: Fields): never {
  if ("defaultAction" in root)
    fields.refuse(
      [],
      "is a seccomp profile, not a recording",
      "Give the recording that the profile was made of.",
    );
  return fields.refuse([], "is no recording: it has no calls", "Give a file that seccomp record wrote.");
}

function checkCalls(value: Json | undefined, fields: Fields): void {
  for (const [abi, one] of Object.entries(fields.object(value, ["calls"]))) {
    const path: Path = ["calls", abi];
    fields.oneOf(abi, path, ABIS);
    const calls = fields.object(one, path);
    for (const list of ["allowed", "refused"] satisfies (keyof RecordedCalls)[])
      if (fields.texts(calls[list], [...path, list]) === undefined) missing(fields, [...path, list]);
    const unknown = fields.list(calls.unknown, [...path, "unknown"]) ?? missing(fields, [...path, "unknown"]);
    for (const [i, number] of unknown.entries()) fields.whole(number, [...path, "unknown", i]);
  }
}

function missing(fields: Fields, path: Path): never {
  return fields.refuse(path, "is missing", "Write [] where there is none.");
}

function checkRun(root: JsonObject, fields: Fields): void {
  if (root.noNewPrivileges !== undefined) fields.flag(root.noNewPrivileges, ["noNewPrivileges"]);
  if (root.runtime === undefined) return;
  const { name, version } = fields.object(root.runtime, ["runtime"]);
  fields.text(name, ["runtime", "name"]);
  if (version !== undefined) fields.text(version, ["runtime", "version"]);
}

function checkRequested(root: JsonObject, fields: Fields): void {
  each(root, "arguments", fields, (one, path) => {
    fields.oneOf(one.abi, [...path, "abi"], ABIS);
    fields.text(one.syscall, [...path, "syscall"]);
    fields.whole(one.index, [...path, "index"], 5);
    const values = fields.list(one.values, [...path, "values"]) ?? missing(fields, [...path, "values"]);
    for (const [i, item] of values.entries()) fields.whole(item, [...path, "values", i]);
    for (const flag of ["more", "refused"] satisfies (keyof RecordedArgument)[])
      fields.flag(one[flag], [...path, flag]);
  });
  each(root, "files", fields, (one, path) => {
    fields.text(one.path, [...path, "path"]);
    fields.oneOf(one.access, [...path, "access"], ["r", "w", "rw"]);
  });
  each(root, "addresses", fields, (one, path) => {
    fields.oneOf(one.family, [...path, "family"], ["ipv4", "ipv6", "unix"]);
    fields.text(one.address, [...path, "address"]);
    if (one.port !== undefined) fields.whole(one.port, [...path, "port"], 0xffff);
  });
  if (root.capabilities === undefined) return;
  const capabilities = fields.object(root.capabilities, ["capabilities"]);
  for (const list of ["used", "refused"])
    if (fields.texts(capabilities[list], ["capabilities", list]) === undefined)
      missing(fields, ["capabilities", list]);
}

function each(
  root: JsonObject,
  list: string,
  fields: Fields,
  check: (one: JsonObject, path: Path) => void,
): void {
  if (root[list] === undefined) return;
  const items = fields.list(root[list], [list]) ?? missing(fields, [list]);
  for (const [i, item] of items.entries()) check(fields.object(item, [list, i]), [list, i]);
}

function checkCoverage(value: Json, fields: Fields): void {
  const coverage = fields.object(value, ["coverage"]);
  fields.whole(coverage.runs, ["coverage", "runs"]);
  for (const [abi, one] of Object.entries(fields.object(coverage.calls, ["coverage", "calls"]))) {
    fields.oneOf(abi, ["coverage", "calls", abi], ABIS);
    for (const [name, count] of Object.entries(fields.object(one, ["coverage", "calls", abi])))
      fields.whole(count, ["coverage", "calls", abi, name]);
  }
}
