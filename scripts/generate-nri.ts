#!/usr/bin/env bun
/**
 * Writes src/nri/generated and test/support/generated: TypeScript of the protocol buffers beside them, made by Debian's protoc
 * and protoc-gen-es. `--check` only compares (exit 1).
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";

const SOURCES: { readonly [directory: string]: readonly string[] } = {
  "src/nri": ["nri", "ttrpc"],
  "test/support": ["cri"],
};

const check = process.argv[2] === "--check";
const scratch = mkdtempSync("/tmp/hookwright-proto-");
const stale: string[] = [];
try {
  for (const [directory, names] of Object.entries(SOURCES)) {
    const out = `${directory}/generated`;
    const words = ["-I", directory, `--es_out=${check ? scratch : out}`, "--es_opt=target=ts"];
    const plugin = "--plugin=node_modules/.bin/protoc-gen-es";
    const files = names.map((name) => `${directory}/${name}.proto`);
    const { exitCode, stderr } = Bun.spawnSync(["protoc", plugin, ...words, ...files]);
    if (exitCode !== 0) throw new Error(`protoc of ${files.join(" ")}: ${stderr.toString()}`);
    if (!check) continue;
    for (const name of names.map((one) => `${one}_pb.ts`)) {
      const made = readFileSync(`${scratch}/${name}`, "utf8");
      if (made !== readFileSync(`${out}/${name}`, "utf8")) stale.push(`${out}/${name}`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true });
}
for (const file of stale) console.error(`${file} is not what scripts/generate-nri.ts writes`);
process.exit(stale.length > 0 ? 1 : 0);
