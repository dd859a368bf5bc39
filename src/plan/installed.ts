/** Where the parts of Hookwright lie beside the command line: in one directory after `make build`, by their kinds after `make install`. */

import { realpathSync } from "node:fs";
import { dirname } from "node:path";

/** The places where a part may lie: `name` beside the running executable, or `installed`, relative to its directory. */
export function placesOf(name: string, installed: string): string[] {
  const directory = dirname(process.execPath);
  return [`${directory}/${name}`, `${directory}/${installed}`];
}

/** The first of some paths that exists, without symbolic links in it; undefined when none does. */
export function firstThere(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    try {
      return realpathSync(path);
    } catch {
      // The next one.
    }
  }
  return undefined;
}
