#!/usr/bin/env bun
/**
 * Writes src/nri/generated and test/support/generated: TypeScript of the protocol buffers beside them, made by Debian's protoc
 * and protoc-gen-es. `--check` only compares (exit 1).
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";

const FILES = [
  ["src/nri", "nri"],
  ["src/nri", "ttrpc"],
  ["test/support", "cri"],
] as const;

const check = process.argv[2] === "--check";
const scratch = mkdtempSync("/tmp/hookwright-proto-");
let stale = false;
try {
  for (const [directory, name] of FILES) {
    const out = `${directory}/generated`;
    const words = ["-I", directory, `--es_out=${check ? scratch : out}`, "--es_opt=target=ts"];
    const plugin = "--plugin=node_modules/.bin/protoc-gen-es";
    const { exitCode, stderr } = Bun.spawnSync(["protoc", plugin, ...words, `${directory}/${name}.proto`]);
    if (exitCode !== 0) throw new Error(`protoc of ${name}.proto: ${stderr.toString()}`);
    if (!check) continue;
    const made = readFileSync(`${scratch}/${name}_pb.ts`, "utf8");
    if (made === readFileSync(`${out}/${name}_pb.ts`, "utf8")) continue;
    console.error(`${out}/${name}_pb.ts is not what scripts/generate-nri.ts writes`);
    stale = true;
  }
} finally {
  rmSync(scratch, { recursive: true });
}
process.exit(stale ? 1 : 0);
