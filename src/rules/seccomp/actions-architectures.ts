/** What the formats call an architecture: libseccomp's constant, its native name (Docker's `arches`), and our ABI. */

import type { Abi } from "../../spec/recording.ts";

/** Every constant that the runtime specification lists, and the name by which libseccomp calls it. */
const NATIVE: { readonly [constant: string]: string } = {
  SCMP_ARCH_X86: "x86",
  SCMP_ARCH_X86_64: "amd64",
  SCMP_ARCH_X32: "x32",
  SCMP_ARCH_ARM: "arm",
  SCMP_ARCH_AARCH64: "arm64",
  SCMP_ARCH_MIPS: "mips",
  SCMP_ARCH_MIPS64: "mips64",
  SCMP_ARCH_MIPS64N32: "mips64n32",
  SCMP_ARCH_MIPSEL: "mipsel",
  SCMP_ARCH_MIPSEL64: "mipsel64",
  SCMP_ARCH_MIPSEL64N32: "mipsel64n32",
  SCMP_ARCH_PPC: "ppc",
  SCMP_ARCH_PPC64: "ppc64",
  SCMP_ARCH_PPC64LE: "ppc64le",
  SCMP_ARCH_S390: "s390",
  SCMP_ARCH_S390X: "s390x",
  SCMP_ARCH_PARISC: "parisc",
  SCMP_ARCH_PARISC64: "parisc64",
  SCMP_ARCH_RISCV64: "riscv64",
  SCMP_ARCH_LOONGARCH64: "loongarch64",
  SCMP_ARCH_M68K: "m68k",
  SCMP_ARCH_SH: "sh",
  SCMP_ARCH_SHEB: "sheb",
};

export const ARCHITECTURES = Object.keys(NATIVE);

const OF_ABI: { readonly [abi in Abi]: string } = {
  x86_64: "SCMP_ARCH_X86_64",
  i386: "SCMP_ARCH_X86",
  x32: "SCMP_ARCH_X32",
  aarch64: "SCMP_ARCH_AARCH64",
};

/** `amd64` of SCMP_ARCH_X86_64. */
export function nativeName(constant: string): string | undefined {
  return Object.hasOwn(NATIVE, constant) ? NATIVE[constant] : undefined;
}

/** SCMP_ARCH_X86_64 of the ABI x86_64. */
export function architectureOf(abi: Abi): string {
  return OF_ABI[abi];
}

/** Architectures whose native name the archMap lookup of Podman (containers/common) lacks: notes section 4. */
export const PODMAN_LACKS: readonly string[] = [
  "SCMP_ARCH_RISCV64",
  "SCMP_ARCH_PPC64LE",
  "SCMP_ARCH_LOONGARCH64",
];
