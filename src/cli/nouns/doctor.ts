/** `doctor`: what stands in the way of hooks on this machine, each with its mend, and a status for scripts. */

import type { Severity } from "../../doctor/finding.ts";
import type { Verb } from "../grammar.ts";
import { HOST } from "./plan.ts";

const EXITS: { readonly [S in Severity]: number } = { note: 0, warning: 1, error: 3 };

export const doctor: Verb = {
  kind: "verb",
  name: "doctor",
  summary: "examine the machine and say what to mend",
  description: [
    "Looked at are the kernel, control groups, runtimes, the plan and its store, every engine and who it starts, hooks.d files that an engine passes over in silence, hooks that run twice, the clock and the disk. Nothing is changed.",
    "An error is something for which containers do not start, hooks do not run or records are lost now; a warning is what leads there, or is not as it was left; a note needs no mend.",
  ],
  examples: [
    { command: "hookwright doctor", means: "everything, with a mend for each finding" },
    { command: "hookwright doctor -q", means: "only the codes of what was found" },
    { command: "hookwright doctor --format json", means: "for programs" },
  ],
  flags: [HOST],
  exits: [
    "0 nothing to mend, notes at most",
    "1 warnings",
    "2 the work failed, or the command line is wrong",
    "3 errors",
  ],
  failureExit: 2,
  kernel: true,
  async run({ roots, flags, env, full }) {
    const { doctor: examine } = await import("../../commands/doctor.ts");
    const { doctorText } = await import("../doctor-text.ts");
    const host = flags.text("host");
    const done = await examine(roots, { env, ...(host !== undefined && { host }) });
    return {
      kind: "whole",
      data: done,
      view: doctorText(done, full),
      names: done.findings.map(({ code }) => code),
      exitCode: done.worst === undefined ? 0 : EXITS[done.worst],
    };
  },
};
