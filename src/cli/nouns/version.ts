/** `version`: this program, its build and the specifications that it follows. */

import type { Verb } from "../grammar.ts";
import { COMMIT, SPECIFICATIONS, VERSION } from "../version.ts";

export const version: Verb = {
  kind: "verb",
  name: "version",
  summary: "say which version this is and what it follows",
  examples: [
    { command: "hookwright version", means: "the program and the specifications" },
    { command: "hookwright version --format '{{.version}}'", means: "the number alone" },
  ],
  async run() {
    const data = {
      version: VERSION,
      ...(COMMIT !== undefined && { commit: COMMIT }),
      platform: `${process.platform}/${process.arch}`,
      bun: Bun.version,
      specifications: SPECIFICATIONS,
    };
    const view = [
      `hookwright ${VERSION}`,
      ...(COMMIT === undefined ? [] : [`commit ${COMMIT}`]),
      `platform ${data.platform}, Bun ${data.bun}`,
      `follows ${Object.entries(SPECIFICATIONS)
        .map(([name, number]) => `${name} ${number}`)
        .join(", ")}`,
    ];
    return { kind: "whole", data, view, names: [VERSION] };
  },
};
