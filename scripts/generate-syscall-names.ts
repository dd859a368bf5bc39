#!/usr/bin/env bun
/**
 * Writes src/rules/seccomp/generated/tables.ts, which the build does: the system calls of each ABI, and the capabilities, from the
 * kernel headers that Debian's linux-libc-dev installs, so that no name is made up here. The kernel is often newer than the
 * headers, and never gives a number to another name: what Debian 12's headers (Linux 6.1) lack is listed below and is in every
 * table, whatever the headers. A call that is newer than both stays a number, and is reported as one. `--headers DIR` reads a
 * package that was unpacked in DIR (`dpkg-deb -x`); `--print` writes to standard output.
 */

import { existsSync } from "node:fs";
import { decodeTable, encodeTable } from "../src/rules/seccomp/names-table.ts";

const OUT = "src/rules/seccomp/generated/tables.ts";
const flag = process.argv.indexOf("--headers");
const root = flag < 0 ? "" : (process.argv[flag + 1] ?? "");
const INCLUDE = `${root}/usr/include`;
const X86 = [`${INCLUDE}/x86_64-linux-gnu/asm`, `${root}/usr/x86_64-linux-gnu/include/asm`];
const ARM64 = [`${INCLUDE}/aarch64-linux-gnu/asm`, `${root}/usr/aarch64-linux-gnu/include/asm`];

/**
 * What arm64's own asm/unistd.h (before Linux 6.11) defines before it includes the generic list: renameat, the stat
 * family and getrlimit are there; of a 64-bit machine the generic list has no other 32-bit time calls than the old ones.
 */
const ARM64_WANTS = [
  "__ARCH_WANT_RENAMEAT",
  "__ARCH_WANT_NEW_STAT",
  "__ARCH_WANT_SET_GET_RLIMIT",
  "__ARCH_WANT_TIME32_SYSCALLS",
  "__ARCH_WANT_SYS_CLONE3",
  "__ARCH_WANT_MEMFD_SECRET",
];

/** From linux-libc-dev of Linux 7.1, in the form of names-table.ts. Since 5.1 a call has the same number in every ABI. */
const NEWER = {
  everywhere:
    "451:cachestat fchmodat2 map_shadow_stack futex_wake futex_wait futex_requeue statmount listmount lsm_get_self_attr " +
    "lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat listxattrat removexattrat open_tree_attr file_getattr " +
    "file_setattr listns rseq_slice_yield",
  amd64: "335:uretprobe uprobe",
};

function found(paths: readonly string[]): string {
  const path = paths.find((one) => existsSync(one));
  if (path === undefined) throw new Error(`read ${paths.join(" or ")}: not there; install linux-libc-dev`);
  return path;
}

async function textOf(paths: readonly string[]): Promise<string> {
  return await Bun.file(found(paths)).text();
}

/** `#define PREFIXname value` of a header; a value that is another name of the header stands for that one's. */
function definedIn(header: string, prefix: string): Map<string, number> {
  const raw = new Map<string, string>();
  for (const [, name = "", value = ""] of header.matchAll(
    /^#define[ \t]+(\w+)[ \t]+(\S.*?)[ \t]*(?:\/\*.*)?$/gm,
  ))
    raw.set(name, value);
  const numbers = new Map<string, number>();
  for (const [name, value] of raw) {
    if (!name.startsWith(prefix)) continue;
    const number = numberIn(value, raw);
    if (number !== undefined) numbers.set(name.slice(prefix.length), number);
  }
  return numbers;
}

/** `42`, `(__X32_SYSCALL_BIT + 42)` without the bit, or a name that stands for such a value. */
function numberIn(value: string, raw: Map<string, string>): number | undefined {
  const [, digits] = /^\(?(?:__X32_SYSCALL_BIT \+ )?(\d+)\)?$/.exec(value) ?? [];
  if (digits !== undefined) return Number(digits);
  const other = raw.get(value);
  return other === undefined ? undefined : numberIn(other, raw);
}

function preprocessed(header: string, defines: readonly string[]): string {
  const given = defines.map((name) => `-D${name}`);
  const run = Bun.spawnSync(["gcc", "-E", "-dM", "-x", "c", ...given, `-I${INCLUDE}`, header]);
  if (!run.success) throw new Error(`preprocess ${header}: ${run.stderr}`);
  return run.stdout.toString();
}

async function arm64(): Promise<Map<string, number>> {
  const own = ARM64.map((directory) => `${directory}/unistd_64.h`).find((path) => existsSync(path));
  const text =
    own === undefined
      ? preprocessed(found([`${INCLUDE}/asm-generic/unistd.h`]), ARM64_WANTS)
      : await Bun.file(own).text();
  const calls = definedIn(text, "__NR_");
  // The end of the list, and the range that machines of other kinds may use.
  for (const name of ["syscalls", "arch_specific_syscall"]) calls.delete(name);
  return calls;
}

async function x86(file: string): Promise<Map<string, number>> {
  return definedIn(await textOf(X86.map((directory) => `${directory}/${file}`)), "__NR_");
}

async function capabilities(): Promise<Map<string, number>> {
  const all = definedIn(await textOf([`${INCLUDE}/linux/capability.h`]), "CAP_");
  all.delete("LAST_CAP");
  return new Map([...all].map(([name, number]) => [`CAP_${name}`, number]));
}

/** Names by number of the headers and of NEWER. Throws where these contradict one another. */
function tableOf(
  what: string,
  headers: Map<string, number>,
  newer: readonly string[],
): (string | undefined)[] {
  const table: (string | undefined)[] = [];
  for (const [name, number] of headers) table[number] = name;
  for (const [number, name] of newer.flatMap((text) => [...decodeTable(text).entries()])) {
    if (name === undefined) continue;
    const known = table[number];
    if (known !== undefined && known !== name)
      throw new Error(`${what} ${number} is ${name} in ${import.meta.path}, but ${known} in the headers`);
    table[number] = name;
  }
  return table;
}

const tables = {
  x86_64: tableOf("x86_64", await x86("unistd_64.h"), [NEWER.everywhere, NEWER.amd64]),
  i386: tableOf("i386", await x86("unistd_32.h"), [NEWER.everywhere]),
  x32: tableOf("x32", await x86("unistd_x32.h"), [NEWER.everywhere, NEWER.amd64]),
  aarch64: tableOf("aarch64", await arm64(), [NEWER.everywhere]),
  capabilities: tableOf("capabilities", await capabilities(), []),
};

const lines = Object.entries(tables).map(([what, table]) => `  ${what}:\n    "${encodeTable(table)}",`);
const text = `// Generated by scripts/generate-syscall-names.ts from linux-libc-dev; do not edit.

/** Names by number (src/rules/seccomp/names-table.ts says how); x32's without the bit that marks them. */
export const tables = {
${lines.join("\n")}
};
`;

if (process.argv.includes("--print")) process.stdout.write(text);
else await Bun.write(OUT, text);
