/** What of the kernel we use, and what is lost where a kernel, or a filter in front of it, does not have it. */

import { existsSync, readFileSync } from "node:fs";
import { knowledgeOf, type ProbedCall } from "../linux/features.ts";
import { geteuid } from "../linux/process.ts";
import { type Finding, finding, type Severity } from "./finding.ts";

interface Use {
  readonly calls: readonly ProbedCall[];
  readonly severity: Severity;
  /** The first kernel that has all of them. */
  readonly since: string;
  /** What does not work without. */
  readonly lost: string;
}

const USES: readonly Use[] = [
  {
    calls: ["openat2", "execveat", "memfd_create", "statx", "close_range"],
    severity: "error",
    since: "5.9",
    lost: "the guard runs no hook and apply writes no plan",
  },
  {
    calls: ["clone3"],
    severity: "warning",
    since: "5.7",
    lost: "the guard starts a hook outside its cgroup, and holds what it forks by enumeration",
  },
  {
    calls: ["pidfd_open", "bpf"],
    severity: "warning",
    since: "5.3",
    lost: "no container's system calls are recorded: definitions with `record`, `seccomp record`",
  },
  {
    calls: ["fsopen", "open_tree", "move_mount"],
    severity: "warning",
    since: "5.2",
    lost: "the built-in hooks that mount into a container fail",
  },
  {
    calls: ["mount_setattr"],
    severity: "warning",
    since: "5.12",
    lost: "mounts of the built-in hooks are neither read-only as a tree nor mapped to a container's users",
  },
];

const BTF = "/sys/kernel/btf/vmlinux";

export function checkKernel(): Finding[] {
  return [...USES.flatMap(lacking), ...btf(), ...overlay()];
}

function lacking({ calls, severity, since, lost }: Use): Finding[] {
  const isRoot = geteuid() === 0;
  return calls.flatMap((call) => {
    const knowledge = knowledgeOf(call);
    if (knowledge === "absent") {
      const mend = `use Linux ${since} or newer; in a container, let its seccomp profile allow the call`;
      return [finding(severity, "kernel_call", `this kernel has no ${call}: ${lost}`, mend)];
    }
    // Without root some calls are refused for that alone.
    if (knowledge === "there" || !isRoot) return [];
    const mend = "run it outside of a container, or allow the call in its seccomp profile and capabilities";
    return [finding(severity, "kernel_call", `${call} is refused here: ${lost}`, mend)];
  });
}

function btf(): Finding[] {
  if (existsSync(BTF)) return [];
  const message = `this kernel does not describe its structures (no ${BTF}): no container's system calls are recorded`;
  const mend = "use a kernel that is built with CONFIG_DEBUG_INFO_BTF, as all distributions' are";
  return [finding("warning", "kernel_btf", message, mend)];
}

/** A file system that is a module is listed once it is loaded. */
function overlay(): Finding[] {
  if (/\toverlay$/m.test(readFileSync("/proc/filesystems", "utf8"))) return [];
  const message =
    "overlayfs is not there: overlay mounts of the `mount` hook fail, and engines copy whole images";
  return [finding("note", "kernel_overlay", message, "modprobe overlay")];
}
