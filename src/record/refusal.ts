/** Why a machine cannot record, in one sentence. What is asked here is asked only when something has failed. */

import { LinuxError } from "../linux/error.ts";
import { readTextIfThere } from "../linux/read.ts";
import { exists } from "../linux/stat.ts";
import { statfs } from "../linux/statfs.ts";
import { Failure } from "../spec/failure.ts";
import type { RecorderPlace } from "./place.ts";

const BPF_FS_MAGIC = 0xcafe_4a11;

/** Throws `recorder_no_bpffs` unless the directory of the pins would be on a bpffs. Nothing is mounted unasked. */
export function requireBpffs(place: RecorderPlace): void {
  const parent = place.pins.slice(0, place.pins.lastIndexOf("/")) || "/";
  let why: string;
  try {
    if (statfs(parent).type === BPF_FS_MAGIC) return;
    why = "no bpf file system is mounted there";
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    why = error.message;
  }
  throw new Failure("recorder_no_bpffs", `record system calls in ${parent}: ${why}`, {
    hint: `mount it: mount -t bpf bpf ${parent}`,
  });
}

/** The Failure that the error of a call stands for. */
export function refusal(error: LinuxError): Failure {
  const fail = (code: string, why: string, hint: string) =>
    new Failure(code, `record system calls: ${why}`, { hint, cause: error });
  if (error.syscall !== "bpf") return fail("recorder_unwritable", error.message, "run it as root");
  if (error.code === "EPERM" || error.code === "EACCES") {
    if (softRead("/sys/kernel/security/lockdown").includes("[confidentiality]"))
      return fail(
        "recorder_lockdown",
        "the kernel is locked down (confidentiality), which forbids it to read its own memory",
        "boot with lockdown=integrity or none",
      );
    return fail(
      "recorder_not_permitted",
      `the kernel does not permit it (${error.code})`,
      "run it as root, with CAP_BPF and CAP_PERFMON, in the machine's first user namespace",
    );
  }
  if (!exists("/sys/kernel/btf/vmlinux"))
    return fail(
      "recorder_no_btf",
      "this kernel does not tell how its structures are laid out (no /sys/kernel/btf/vmlinux)",
      "use a kernel that is built with CONFIG_DEBUG_INFO_BTF, as all distributions' are",
    );
  return fail(
    "recorder_refused",
    `the kernel ${softRead("/proc/sys/kernel/osrelease").trim()} did not take the program: ${error.message}`,
    "Linux 5.17 or later is needed, with BPF and tracepoints of system calls",
  );
}

function softRead(path: string): string {
  try {
    return readTextIfThere(path, 4096) ?? "";
  } catch (error) {
    if (error instanceof LinuxError) return "";
    throw error;
  }
}
