/**
 * A definition's edits made complete, as the wrapper takes them: seccomp files read, device numbers looked up on this
 * host, mounts without a type made bind mounts. What cannot be completed is a problem of the definition.
 */

import { readFileSync, statSync } from "node:fs";
import { readJson } from "../codec/json/read.ts";
import { checkTrusted } from "../linux/trust.ts";
import type { Edits } from "../spec/definition.ts";
import { Failure } from "../spec/failure.ts";
import type { Report } from "./lint/problem.ts";

type DeviceNode = NonNullable<Edits["deviceNodes"]>[number];
type Mount = NonNullable<Edits["mounts"]>[number];

/** The edits with nothing left to look up. Problems go to the report, and what they concern is left as it was. */
export function completeEdits(edits: Edits, report: Report): Edits {
  const { mounts, deviceNodes, seccomp } = edits;
  return {
    ...edits,
    ...(mounts === undefined ? {} : { mounts: mounts.map(completeMount) }),
    ...(deviceNodes === undefined
      ? {}
      : { deviceNodes: deviceNodes.map((node, i) => completeNode(node, i, report)) }),
    ...(seccomp === undefined ? {} : { seccomp: completeSeccomp(seccomp, report) }),
  };
}

/** CDI leaves the type of a bind mount out; the runtime knows it by its options. */
function completeMount(mount: Mount): Mount {
  const options = mount.options ?? [];
  if (mount.type !== undefined || options.includes("bind") || options.includes("rbind")) return mount;
  return { ...mount, options: ["rbind", ...options] };
}

function completeNode(node: DeviceNode, i: number, report: Report): DeviceNode {
  const { hostPath, ...rest } = node;
  if (node.type === "p" || (node.type !== undefined && node.major !== undefined && node.minor !== undefined))
    return rest;
  const path = hostPath ?? node.path;
  const at = ["edits", "deviceNodes", i];
  try {
    const stat = statSync(path);
    const type = stat.isBlockDevice() ? "b" : stat.isCharacterDevice() ? "c" : undefined;
    if (type === undefined) {
      report.add(
        "missing-device",
        at,
        `${path} is no device`,
        "correct path or hostPath, or give type, major and minor",
      );
      return rest;
    }
    if (node.type !== undefined && node.type.replace("u", "c") !== type) {
      report.add("missing-device", at, `${path} is a device of type ${type}`, `write type: ${type}`);
    }
    const { major, minor } = numbersOf(stat.rdev);
    return { ...rest, type: node.type ?? type, major: node.major ?? major, minor: node.minor ?? minor };
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? String(error);
    report.add(
      "missing-device",
      at,
      `the device ${path} cannot be looked at (${why})`,
      "give type, major and minor",
    );
    return rest;
  }
}

/** glibc's gnu_dev_major and gnu_dev_minor, for numbers below 2^32. */
function numbersOf(rdev: number): { major: number; minor: number } {
  return { major: (rdev >>> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00) };
}

function completeSeccomp(
  seccomp: NonNullable<Edits["seccomp"]>,
  report: Report,
): NonNullable<Edits["seccomp"]> {
  const at = ["edits", "seccomp"];
  if ("profile" in seccomp) {
    if (!isProfile(seccomp.profile)) tellProfile("the profile", report, at);
    return seccomp;
  }
  const { file } = seccomp;
  const trust = checkTrusted(file, "data");
  if (!trust.ok) {
    report.add(
      "missing-file",
      [...at, "file"],
      trust.message,
      "a profile is a file that only root can change",
    );
    return seccomp;
  }
  try {
    const { value } = readJson(readFileSync(file, "utf8"), { file });
    if (isProfile(value)) return { profile: value };
    tellProfile(file, report, at);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    report.add("missing-file", [...at, "file"], error.message, error.hint ?? "correct the file");
  }
  return seccomp;
}

function isProfile(value: unknown): value is { [key: string]: unknown } {
  return (
    typeof value === "object" &&
    value !== null &&
    "defaultAction" in value &&
    typeof value.defaultAction === "string"
  );
}

function tellProfile(what: string, report: Report, at: (string | number)[]): void {
  const mend = "write the profile as linux.seccomp of config.json; Docker's own form is not that";
  report.add("bad-value", at, `${what} is no OCI seccomp profile: it has no defaultAction`, mend);
}
