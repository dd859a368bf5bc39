#!/usr/bin/env bun
/** `append.ts HOST PACK OUT`: writes OUT, an executable that is HOST with the bytecode of PACK appended and runs it. */

import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { append } from "../src/author/append.ts";

const [hostPath, packPath, out] = process.argv.slice(2);
if (hostPath === undefined || packPath === undefined || out === undefined) {
  throw new Error("usage: append.ts HOST PACK OUT");
}
writeFileSync(out, append(readFileSync(hostPath), readFileSync(packPath)));
chmodSync(out, 0o755);
