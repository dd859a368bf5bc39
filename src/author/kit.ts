/** What a hook is made with, as it is installed beside the command line: the SDK's sources, the bytecode compiler, the host program. */

import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../spec/failure.ts";

export interface Kit {
  /** Directory of the SDK: package.json, and src/sdk below it. */
  readonly sdk: string;
  readonly compiler: string;
  readonly host: string;
}

/** From the command line's directory: as built, and as `make install` lays it out. */
const PLACES = {
  sdk: ["hookwright-sdk", "../share/hookwright/sdk"],
  compiler: ["hookwright-compile", "../libexec/hookwright/hookwright-compile"],
  host: ["hookwright-host", "../libexec/hookwright/hookwright-host"],
} as const;

/** Finds the parts that belong to the running command line. Throws `Failure` `kit_missing`. */
export function findKit(): Kit {
  return { sdk: find("sdk"), compiler: find("compiler"), host: find("host") };
}

function find(part: keyof Kit): string {
  const places = PLACES[part].map((place) => `${dirname(process.execPath)}/${place}`);
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return realpathSync(found);
  throw new Failure("kit_missing", `find what hooks are built with: ${places.join(" and ")} do not exist`, {
    hint: "install the whole of Hookwright (`make install`), not the command line alone",
  });
}
