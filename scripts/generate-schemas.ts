#!/usr/bin/env bun
/** Writes docs/schema/*.json from the schemas that the program checks with. `--check` only compares (exit 1). */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { schemaDocuments, schemaText } from "./schema-documents.ts";

const OUT = `${import.meta.dir}/../docs/schema`;
const check = process.argv.includes("--check");

mkdirSync(OUT, { recursive: true });
for (const [name, schema] of Object.entries(schemaDocuments())) {
  const path = `${OUT}/${name}.json`;
  const text = schemaText(schema);
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, "utf8") !== text) {
    console.error(`docs/schema/${name}.json is not up to date: run scripts/generate-schemas.ts`);
    process.exitCode = 1;
  }
}
