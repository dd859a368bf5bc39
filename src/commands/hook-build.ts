/** `hook build FILE`: one static program out of a hook in TypeScript. */

import { existsSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type Built, buildHook } from "../author/build.ts";
import { Failure } from "../spec/failure.ts";

export interface BuildOptions {
  /** Absolute path of the main module. */
  source: string;
  /** Absolute path of the program; that of the source without its suffix when absent. */
  output?: string;
}

/** @throws Failure */
export async function hookBuild({ source, output }: BuildOptions): Promise<Built> {
  if (!existsSync(source) || !statSync(source).isFile()) {
    throw new Failure("source_missing", `build ${source}: there is no such file`, {
      hint: "give the hook's main module, as `hookwright hook new` makes one",
    });
  }
  const real = realpathSync(source);
  const out = output ?? real.replace(/\.[cm]?[jt]s$/, "");
  if (out === real) {
    throw new Failure("source_missing", `build ${source}: it is no .ts file`, {
      hint: "say where to: -o FILE",
    });
  }
  if (!existsSync(dirname(out)) || (existsSync(out) && !statSync(out).isFile())) {
    throw new Failure("output_unusable", `build ${source}: ${out} cannot be a file`, {
      hint: "give -o a file in a directory that exists",
    });
  }
  return buildHook(real, out);
}
