/** Entry point of `hookwright-guard` in the host program: binds the primitive, chooses between a run and `collect`. */

import { host } from "../host/quickjs.ts";
import { bind, encode } from "../linux/primitive.ts";
import { exit } from "../linux/process.ts";
import { write } from "../linux/write.ts";
import { Failure } from "../spec/failure.ts";
import { beginOnly } from "./begin.ts";
import { collect } from "./collect.ts";
import { guard } from "./guard.ts";
import { takeOver } from "./takeover.ts";

const STDERR = 2;

bind(host);

export default function main(): never {
  exit(run(host.argv, host.env));
}

function run(argv: readonly string[], env: readonly string[]): number {
  try {
    if (argv[1] === "collect") return collect(argv, env);
    if (argv[1] === "begin") return beginOnly(argv, env);
    if (argv[1] === "takeover") return takeOver(argv, env);
    return guard(host.program, argv, env);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const hint = error.hint === undefined ? "" : `\n  ${error.hint}`;
    write(STDERR, encode(`hookwright-guard: ${error.message}${hint}\n`));
    return error.exitCode;
  }
}
