/** The verbs of `hook` for whoever writes hooks in TypeScript. */

import type { Verb } from "../grammar.ts";

export const build: Verb = {
  kind: "verb",
  name: "build",
  summary: "compile a hook in TypeScript to one static program",
  description: [
    "Bundles the module and what it imports, checks the types with the project's TypeScript compiler, compiles to bytecode and appends " +
      "that to the host program. No C compiler is needed, and the same sources give the same bytes.",
    "Fails, with file and line, for modules of Node and Bun, for globals that the engine of hooks lacks, and for imports at run time.",
  ],
  examples: [
    { command: "hookwright hook build greet.ts -o greet", means: "a program to give to `hook add`" },
    {
      command: "hookwright hook build greet.ts --format '{{.digest}}'",
      means: "beside the source; its digest",
    },
  ],
  arguments: [
    { name: "FILE", summary: "the hook's main module; its default export is the hook", completes: "file" },
  ],
  flags: [
    {
      name: "output",
      short: "o",
      value: "OUT",
      completes: "file",
      summary: "the program; FILE without its suffix when absent",
    },
  ],
  async run({ args: [file = ""], flags, cwd }) {
    const { hookBuild } = await import("../../commands/hook-build.ts");
    const absolute = (path: string) => (path.startsWith("/") ? path : `${cwd}/${path}`);
    const output = flags.text("output");
    const built = await hookBuild({
      source: absolute(file),
      ...(output === undefined ? {} : { output: absolute(output) }),
    });
    const stages = built.stages.join(", ");
    const size = `${built.size.toLocaleString("en")} bytes`;
    return {
      kind: "whole",
      data: built,
      view: [`built ${built.file}: ${built.name}, for ${stages}`, `  ${size}, ${built.digest}`],
      names: [built.file],
      notes: built.typesChecked
        ? []
        : ["note: the types were not checked: there is no tsc in a node_modules above the file, nor on PATH"],
    };
  },
};
