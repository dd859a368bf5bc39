#!/usr/bin/env bun
/**
 * The entry of `hookwright`. `--version` is answered before anything is loaded, since scripts ask it often; all else is
 * in process.ts, and what only one verb needs is loaded by that verb.
 */

import { VERSION } from "./version.ts";

const argv = process.argv.slice(2);
if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  process.stdout.write(`hookwright ${VERSION}\n`);
} else {
  const { runFromProcess } = await import("./process.ts");
  await runFromProcess(argv, bindKernel);
}

async function bindKernel(): Promise<void> {
  const { primitive } = await import("../host/bun.ts");
  const { bind } = await import("../linux/primitive.ts");
  bind(primitive);
}
