/** Rules about definitions beside each other: names that collide, and what runc makes of several poststop hooks. */

import { fileName } from "../../rules/hooks/order.ts";
import type { ReadDefinition } from "../read-definition.ts";

/** Adds to the reports of the files what only shows when they are seen together, in the order in which they apply. */
export function lintSet(files: readonly ReadDefinition[]): void {
  const byName = new Map<string, ReadDefinition>();
  const byFile = new Map<string, ReadDefinition>();
  let poststop: ReadDefinition | undefined;
  for (const read of files) {
    const { definition, file, report } = read;
    const folded = fileName(file).toLowerCase();
    const twin = byFile.get(folded);
    if (twin !== undefined && fileName(twin.file) !== fileName(file)) {
      const message = `${fileName(twin.file)} and ${fileName(file)} differ only in case; engines order them by chance`;
      report.addAt("case-only-name", 0, message, "rename one of them");
    }
    byFile.set(folded, read);
    if (definition === undefined) continue;
    const namesake = byName.get(definition.name);
    if (namesake !== undefined && fileName(namesake.file) !== fileName(file)) {
      const message = `${namesake.file} is called ${definition.name} as well`;
      report.add("bad-name", ["name"], message, "give each definition a name of its own");
    }
    byName.set(definition.name, read);
    if (definition.hook === undefined || !definition.stages.includes("poststop")) continue;
    if (definition.guard.onFailure === "continue") continue;
    if (poststop !== undefined) {
      const message = `a container may get this poststop hook after that of ${poststop.file}; runc drops it when the first fails`;
      report.add(
        "poststop-multiple-on-runc",
        ["stages"],
        message,
        "let poststop hooks say guard.onFailure: continue",
      );
    }
    poststop ??= read;
  }
}
