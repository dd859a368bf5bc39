/** Names in rules: none at all, one that no kernel has, one that the runtime's libseccomp is too old for. */

import type { SeccompProfile } from "../../spec/seccomp.ts";
import { namesOf } from "./actions-policy.ts";
import { type LintOptions, listed, type Tell } from "./lint-finding.ts";
import { nearestName } from "./lint-nearest.ts";
import { numberOf } from "./names.ts";
import { knownToLibseccomp, libseccompSince } from "./names-libseccomp.ts";

/** Calls of architectures of which we have no table; Docker's own profile has them. */
const ELSEWHERE =
  "arm_fadvise64_64 arm_sync_file_range atomic_barrier atomic_cmpxchg_32 breakpoint cachectl cacheflush get_tls getpagesize " +
  "getunwind memory_ordering multiplexer or1k_atomic osf_sigprocmask pciconfig_iobase pciconfig_read pciconfig_write " +
  "perfctr recv riscv_flush_icache riscv_hwprobe rtas s390_guarded_storage s390_pci_mmio_read s390_pci_mmio_write " +
  "s390_runtime_instr s390_sthyi send set_tls spu_create spu_run subpage_prot swapcontext switch_endian " +
  "sync_file_range2 sys_debug_setcontext syscall sysmips timerfd usr26 usr32";

export function lintNames(profile: SeccompProfile, { target }: LintOptions, tell: Tell): void {
  const elsewhere = new Set(ELSEWHERE.split(" "));
  (profile.syscalls ?? []).forEach((rule, i) => {
    const names = namesOf(rule);
    const at = `/syscalls/${i}`;
    if (names.length === 0)
      tell(
        "empty-names",
        "error",
        at,
        "The rule names no system call",
        "Remove the rule, or name its calls.",
      );
    const unknown = names.filter((name) => !isName(name) && !elsewhere.has(name));
    for (const name of unknown) {
      const near = nearestName(name);
      tell(
        "unknown-name",
        "warning",
        `${at}/names/${names.indexOf(name)}`,
        `No kernel has a system call ${JSON.stringify(name)}`,
        near === undefined ? "Remove the name." : `Write ${near}, or remove the name.`,
      );
    }
    const { libseccomp } = target;
    if (libseccomp === undefined) return;
    const ignored = names.filter((name) => isName(name) && !knownToLibseccomp(name, libseccomp));
    if (ignored.length === 0) return;
    const wanted = ignored
      .map((name) => libseccompSince(name) ?? "")
      .sort()
      .at(-1);
    tell(
      "unknown-to-libseccomp",
      "warning",
      `${at}/names`,
      `libseccomp ${libseccomp} does not know, and runtimes with it ignore, ${listed(ignored)}`,
      `Use a runtime with libseccomp ${wanted}, or do without ${ignored.length === 1 ? "the call" : "the calls"}.`,
    );
  });
}

function isName(name: string): boolean {
  return (["x86_64", "i386", "x32", "aarch64"] as const).some((abi) => numberOf(abi, name) !== undefined);
}
