#!/usr/bin/env bun
/**
 * `append.ts HOST PACK OUT`: writes OUT, an executable that is HOST with the bytecode of PACK appended and runs it. The
 * place is written into the marker that native/pack.c looks at.
 */

import { chmodSync, readFileSync, writeFileSync } from "node:fs";

const MARKER = "hookwright:appended-pack";
const PAGE = 65536; // the largest page of any machine that may map the file

const [hostPath, packPath, out] = process.argv.slice(2);
if (hostPath === undefined || packPath === undefined || out === undefined) {
  throw new Error("usage: append.ts HOST PACK OUT");
}
const host = readFileSync(hostPath);
const pack = readFileSync(packPath);
const marker = host.indexOf(MARKER);
if (marker < 0 || host.indexOf(MARKER, marker + 1) >= 0)
  throw new Error(`append to ${hostPath}: not a host program`);

const offset = Math.ceil(host.length / PAGE) * PAGE;
const whole = Buffer.alloc(offset + pack.length);
host.copy(whole);
pack.copy(whole, offset);
whole.writeBigUInt64LE(BigInt(offset), marker + MARKER.length);
whole.writeBigUInt64LE(BigInt(pack.length), marker + MARKER.length + 8);
writeFileSync(out, whole);
chmodSync(out, 0o755);
