/** The programs that everything goes through: runtimes, the host program, and its names beside the command line. */

import { lstatSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { programOf } from "../engines/machine.ts";
import { findHost, hostProgram } from "../plan/host-program.ts";
import { Failure } from "../spec/failure.ts";
import { type Finding, finding } from "./finding.ts";
import type { Subject } from "./subject.ts";

/** What engines are told of, and people type: beside the command line, wherever it is installed. */
const NAMES = ["hookwright-runtime", "hookwright-runc", "hookwright-crun", "oci-add-hooks"];
const RUNTIMES = ["runc", "crun"];

export function checkPrograms(subject: Subject): Finding[] {
  return [...runtimes(subject), ...hostAndNames(subject)];
}

function runtimes({ machine }: Subject): Finding[] {
  if (RUNTIMES.some((name) => programOf(machine, name) !== undefined)) return [];
  const message = "neither runc nor crun is on this machine: wrappers have nothing to start";
  return [
    finding(
      "error",
      "no_runtime",
      message,
      "install runc or crun, or name another runtime in hookwright.yaml",
    ),
  ];
}

function hostAndNames({ host }: Subject): Finding[] {
  try {
    hostProgram(host);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [finding("error", error.code, error.message, error.hint ?? "install it again")];
  }
  const program = realpathSync(findHost(host));
  const directory = dirname(process.execPath);
  return NAMES.flatMap((name) => misled(`${directory}/${name}`, program));
}

function misled(path: string, program: string): Finding[] {
  const mend = `ln -sf ${program} ${path}, or install hookwright again`;
  try {
    lstatSync(path);
  } catch {
    return [finding("warning", "name_missing", `${path} is not there: no engine can be told of it`, mend)];
  }
  try {
    const real = realpathSync(path);
    if (real === program) return [];
    // A copy of its own is of whatever version it was; a link of somebody else's leads elsewhere.
    return [finding("warning", "name_misled", `${path} is ${real}, not the host program ${program}`, mend)];
  } catch {
    return [finding("error", "name_misled", `${path} is a link that leads nowhere`, mend)];
  }
}
