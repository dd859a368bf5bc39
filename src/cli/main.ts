#!/usr/bin/env bun
/**
 * The entry of `hookwright`. `--version` is answered before anything is loaded, since scripts ask it often; the image
 * commands, which scripts run often too, load nothing that only others need; all else is in process.ts, and what only one
 * verb needs is loaded by that verb.
 */

import { VERSION } from "./version.ts";

const argv = process.argv.slice(2);
const calledUmoci = process.argv0 === "umoci" || process.argv0.endsWith("/umoci");
if (calledUmoci) {
  const { runUmociFromProcess } = await import("./umoci/process.ts");
  await runUmociFromProcess(argv, false, bindKernel);
} else if (argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V")) {
  process.stdout.write(`hookwright ${VERSION}\n`);
} else if (argv[0] === "image" && (await isUmociCommand(argv[1]))) {
  const { runUmociFromProcess } = await import("./umoci/process.ts");
  await runUmociFromProcess(argv.slice(1), true, bindKernel);
} else {
  const { runFromProcess } = await import("./process.ts");
  await runFromProcess(argv, bindKernel);
}

async function isUmociCommand(word: string | undefined): Promise<boolean> {
  const { TREE } = await import("./umoci/table.ts");
  return TREE.some((one) => one.name === word || ("aliases" in one && one.aliases?.includes(word ?? "")));
}

async function bindKernel(): Promise<void> {
  const { primitive } = await import("../host/bun.ts");
  const { bind } = await import("../linux/primitive.ts");
  bind(primitive);
}
