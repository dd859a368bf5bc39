/** Entry point of `hookwright-guard` in the host program: binds the primitive, chooses between a run and `collect`. */

import { argv, env, primitive } from "../host/quickjs.ts";
import { bind, encode } from "../linux/primitive.ts";
import { exit } from "../linux/process.ts";
import { write } from "../linux/write.ts";
import { Failure } from "../spec/failure.ts";
import { guard } from "./guard.ts";

const STDERR = 2;

async function main(): Promise<number> {
  try {
    if (argv[1] === "collect") {
      const { collect } = await import("./collect.ts");
      return await collect(argv, env);
    }
    return await guard(argv, env);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const hint = error.hint === undefined ? "" : `\n  ${error.hint}`;
    write(STDERR, encode(`hookwright-guard: ${error.message}${hint}\n`));
    return error.exitCode;
  }
}

bind(primitive);
exit(await main());
