/** `hook build`: from a hook's main module to its program, checked by asking the program itself what it is. */

import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { DESCRIBE, type Description } from "../sdk/description.ts";
import { Failure } from "../spec/failure.ts";
import { append } from "./append.ts";
import { bundleHook } from "./bundle.ts";
import { findKit, type Kit } from "./kit.ts";
import { checkTypes } from "./types.ts";

export interface Built extends Description {
  /** Absolute path of the program. */
  file: string;
  /** Bytes. */
  size: number;
  /** `sha256:…` */
  digest: string;
  /** False when there was no TypeScript compiler to check them with. */
  typesChecked: boolean;
}

/** Builds `source` into `out`, both absolute. Throws Failure; `out` is then as it was. */
export async function buildHook(source: string, out: string, kit: Kit = findKit()): Promise<Built> {
  // Before the types: that there is no `fetch` is said better here.
  const bundled = await bundleHook(source, kit.sdk);
  const typesChecked = checkTypes(source, kit.sdk);
  const work = mkdtempSync(`${dirname(out)}/.hookwright-build-`);
  try {
    writeFileSync(`${work}/hook.js`, bundled);
    const compiled = Bun.spawnSync([kit.compiler, "--strip", `${work}/pack`, work, "hook.js"], {
      stderr: "pipe",
    });
    if (compiled.exitCode !== 0) {
      throw new Failure("compile_failed", `build ${source}: ${String(compiled.stderr).trimEnd()}`);
    }
    const program = append(readFileSync(kit.host), readFileSync(`${work}/pack`));
    writeFileSync(`${work}/program`, program);
    chmodSync(`${work}/program`, 0o755);
    const description = described(source, `${work}/program`);
    renameSync(`${work}/program`, out);
    const digest = `sha256:${createHash("sha256").update(program).digest("hex")}`;
    return { ...description, file: out, size: program.length, digest, typesChecked };
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** What the program says of itself; what `defineHook` refuses is said here. */
function described(source: string, program: string): Description {
  const done = Bun.spawnSync([program, DESCRIBE], { env: {}, stderr: "pipe" });
  if (done.exitCode === 0) return JSON.parse(String(done.stdout));
  const [first = ""] = String(done.stderr).split("\n");
  const said = first.replace(/^hookwright-\S+ internal error: /, "");
  throw new Failure("hook_invalid", `build ${source}: ${said}`, { hint: "mend the definition of the hook" });
}
