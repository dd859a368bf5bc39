/** Profiles, differences and checks as people read them. */

import type { ProfileCheck } from "../commands/seccomp-check.ts";
import type { DiffResult } from "../commands/seccomp-diff.ts";
import type { LintResult } from "../commands/seccomp-lint.ts";
import type { Shown } from "../commands/seccomp-show.ts";
import type { Side } from "../rules/seccomp/diff.ts";
import type { Cell, Text } from "./answer.ts";
import { factLines } from "./words.ts";

const BOUNDARIES: { [boundary: string]: string } = {
  permissive: "exact: under a filter that allowed everything",
  "own-profile": "under the container's own filter",
  exec: "without a filter, from the first program",
  attach: "from when the recorder was attached",
};

export function shownText({ file, profile, recording, capabilities }: Shown): Text {
  if (profile !== undefined) {
    const rules = (profile.syscalls ?? []).flatMap(({ names, action, comment }): Cell[] => [
      "",
      { text: `${action}${comment === undefined ? "" : `  ${comment}`}`, tone: "faint" },
      `  ${names.join(" ")}`,
    ]);
    const facts = factLines([
      ["file", file],
      ["otherwise", profile.defaultAction],
      ["architectures", profile.architectures?.join(", ")],
    ]);
    return [...facts, ...rules];
  }
  if (recording === undefined) return [];
  const { container, boundary, complete, calls, coverage, files, addresses } = recording;
  const lines: Cell[] = factLines([
    ["file", file],
    ["container", container.id],
    ["program", container.command?.join(" ")],
    ["recorded", `${BOUNDARIES[boundary]}${complete ? "" : ", not to its end"}`],
    ["runs", coverage === undefined ? undefined : String(coverage.runs)],
    ["capabilities", capabilities],
  ]);
  for (const [abi, { allowed, refused, unknown }] of Object.entries(calls)) {
    lines.push("", { text: `${abi}: ${allowed.length} calls`, tone: "faint" }, `  ${allowed.join(" ")}`);
    if (refused.length > 0) lines.push({ text: "  refused:", tone: "warn" }, `  ${refused.join(" ")}`);
    if (unknown.length > 0)
      lines.push({ text: "  numbers without a name:", tone: "warn" }, `  ${unknown.join(" ")}`);
  }
  for (const { path, access } of files ?? []) lines.push(`  ${access.padEnd(2)} ${path}`);
  for (const { family, address, port } of addresses ?? [])
    lines.push(`  ${family} ${address}${port === undefined ? "" : ` port ${port}`}`);
  return lines;
}

export function diffText(diff: DiffResult): Text {
  if (diff.same) return ["no difference"];
  const lines: Cell[] = [`${diff.opens} opened, ${diff.closes} closed, ${diff.changes} changed`];
  for (const { title, why, calls } of diff.groups) {
    lines.push("", { text: `${title}: ${why}`, tone: "faint" });
    for (const { name, change, before, after } of calls)
      lines.push({
        text: `  ${change === "opens" ? "+" : change === "closes" ? "-" : "~"} ${name}: ${sideText(before)} -> ${sideText(after)}`,
        tone: change === "opens" ? "bad" : change === "closes" ? "good" : "warn",
      });
  }
  const listed = (word: string, { added, removed }: DiffResult["flags"]) => [
    ...added.map((one) => `+ ${word} ${one}`),
    ...removed.map((one) => `- ${word} ${one}`),
  ];
  return [...lines, ...listed("architecture", diff.architectures), ...listed("flag", diff.flags)];
}

function sideText({ action, errno, when }: Side): string {
  const plain = `${action.replace("SCMP_ACT_", "").toLowerCase()}${errno === undefined ? "" : ` ${errno}`}`;
  const others = when.map(
    (one) => `${one.action.replace("SCMP_ACT_", "").toLowerCase()} if ${one.condition}`,
  );
  return [plain, ...others].join(", ");
}

export function checkText({ runs, broken }: ProfileCheck): Text {
  const lines: Cell[] = runs.flatMap(({ recording, refusals, nowAllowed, doubts }): Cell[] => [
    recording,
    ...refusals.map(({ name, nr, abi, action, errno, by, certain }): Cell => {
      const answer = `${action.replace("SCMP_ACT_", "").toLowerCase()}${errno === undefined ? "" : ` ${errno}`}`;
      return {
        text: `  ${certain ? "refused" : "perhaps refused"}: ${name ?? nr} (${abi}): ${answer}, by ${by}`,
        tone: certain ? "bad" : "warn",
      };
    }),
    ...nowAllowed.map(({ name, nr, abi }) => `  now allowed: ${name ?? nr} (${abi})`),
    ...doubts.map((text): Cell => ({ text: `  ${text}`, tone: "warn" })),
  ]);
  const verdict: Cell =
    broken === "no"
      ? { text: "the profile would have let every run through", tone: "good" }
      : {
          text:
            broken === "yes" ? "the profile would have broken a run" : "the profile might have broken a run",
          tone: "bad",
        };
  return [...lines, verdict];
}

export function lintText({ findings, errors, warnings }: LintResult): Text {
  const lines = findings.map(
    ({ file, pointer, severity, rule, message, mend }): Cell => ({
      text: `${file}${pointer === "" ? "" : `#${pointer}`}: ${severity}: ${rule}: ${message} -> ${mend}`,
      tone: severity === "error" ? "bad" : severity === "warning" ? "warn" : "faint",
    }),
  );
  return [...lines, `${errors} errors, ${warnings} warnings`];
}
