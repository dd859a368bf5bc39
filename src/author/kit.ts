/** What a hook is made with, as it is installed beside the command line: the SDK's sources, the bytecode compiler, the host program. */

import { hostPlaces } from "../plan/host-program.ts";
import { firstThere, placesOf } from "../plan/installed.ts";
import { Failure } from "../spec/failure.ts";

export interface Kit {
  /** Directory of the SDK: package.json, and src/sdk below it. */
  readonly sdk: string;
  readonly compiler: string;
  readonly host: string;
}

/** Finds the parts beside the command line. Throws `Failure` `kit_missing`. */
export function findKit(): Kit {
  return {
    sdk: find(placesOf("hookwright-sdk", "../share/hookwright/sdk")),
    compiler: find(placesOf("hookwright-compile", "../libexec/hookwright/hookwright-compile")),
    host: find(hostPlaces()),
  };
}

function find(places: readonly string[]): string {
  const found = firstThere(places);
  if (found !== undefined) return found;
  throw new Failure("kit_missing", `find what hooks are built with: ${places.join(" and ")} do not exist`, {
    hint: "install the whole of Hookwright (`make install`), not the command line alone",
  });
}
