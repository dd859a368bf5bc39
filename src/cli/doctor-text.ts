/** What the doctor found, as people read it: the machine in a few lines, then each finding with its mend below it. */

import type { Examination } from "../doctor/doctor.ts";
import type { Finding, Severity } from "../doctor/finding.ts";
import type { Cell, Text, Tone } from "./answer.ts";
import { counted, factLines, shortDigest } from "./words.ts";

const TONES: { readonly [S in Severity]: Tone } = { error: "bad", warning: "warn", note: "faint" };

export function doctorText(examination: Examination, full: boolean): Text {
  const { kernel, architecture, cgroups, runtimes, plan, engines, findings } = examination;
  const facts = factLines([
    ["kernel", `${kernel}, ${architecture}`],
    ["cgroups", cgroups],
    ["plan", plan === undefined ? "none" : shortDigest(plan, full)],
    ...Object.entries(runtimes).map(([name, version]) => [name, version] as const),
    ...engines
      .filter(({ state }) => state !== "absent")
      .map(({ engine, version, state, default: isDefault, file }) => {
        const words = `${version ?? "no program"}, ${state}${isDefault ? ", default" : ""}, ${file}`;
        return [engine, words] as const;
      }),
  ]);
  return [...facts, "", ...findings.flatMap(findingLines), summary(findings)];
}

function findingLines({ severity, message, mend }: Finding): Cell[] {
  return [{ text: `${severity}: ${message}`, tone: TONES[severity] }, `    ${mend}`];
}

function summary(findings: readonly Finding[]): Cell {
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  if (count("error") + count("warning") === 0) return { text: "nothing to mend", tone: "good" };
  return `${counted(count("error"), "error")}, ${counted(count("warning"), "warning")}`;
}
