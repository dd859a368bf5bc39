/** What the bench measures on: configurations of a given size, shaped as engines write them, and roots with plans. */

import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { baseConfig } from "../test/support/bundle.ts";
import { applyPlan } from "../test/support/plan.ts";
import { emptyProgram } from "./elf.ts";

/** A configuration of about `bytes` bytes in compact form, like Go's encoder writes: environment, mounts and a seccomp list. */
export function configOf(bytes: number): string {
  const config = baseConfig(["/bin/true"]);
  config.annotations = { "com.example.net-0": "bridge", "org.example.note": "a value with <angles> & more" };
  const names: string[] = [];
  const linux = config.linux ?? {};
  linux.seccomp = {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names, action: "SCMP_ACT_ALLOW" }],
  };
  config.linux = linux;
  const env = config.process?.env ?? [];
  for (let i = 0; JSON.stringify(config).length < bytes; i++) {
    if (i % 4 === 0) env.push(`SERVICE_${i}_ADDRESS=tcp://service-${i}.example.internal:8080`);
    else names.push(SYSCALLS[i % SYSCALLS.length] ?? "read");
  }
  return JSON.stringify(config)
    .replaceAll("<", "\\u003c")
    .replaceAll(">", "\\u003e")
    .replaceAll("&", "\\u0026");
}

const SYSCALLS =
  "read write openat close fstat lseek mmap mprotect munmap brk ioctl pread64 access pipe2".split(" ");

/** Writes a hook that exits at once, `bytes` long; returns its path. */
export function hookOf(dir: string, bytes: number): string {
  mkdirSync(dir, { recursive: true });
  const path = `${dir}/hook-${bytes}`;
  writeFileSync(path, emptyProgram(bytes));
  chmodSync(path, 0o755);
  return path;
}

/** Applies `count` definitions of which one matches `configOf`. The others ask for another value of an annotation. */
export async function applyMany(root: string, hook: string, count: number): Promise<void> {
  const definitions: Record<string, object> = {};
  for (let i = 0; i < count; i++)
    definitions[`bench-${String(i).padStart(4, "0")}`] = {
      version: "1.0.0",
      hook: { path: hook, timeout: 5 },
      when: { annotations: { [`^com\\.example\\.net-${i}$`]: "^bridge$" } },
      stages: ["createRuntime"],
    };
  await applyPlan(root, definitions);
}
