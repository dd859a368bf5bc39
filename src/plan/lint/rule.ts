/**
 * The rules that definitions are held to: what each is called, and how grave a breach is. `check` is the judgement on any
 * project's hooks.d file; `apply` on a file that is about to take effect here. Where upstream would let containers run
 * without their hook in silence, `apply` has an error.
 */

export type Severity = "error" | "warning" | "note";

interface Rule {
  /** One sentence, for lists of rules and SARIF. */
  readonly summary: string;
  readonly check: Severity | "off";
  readonly apply: Severity | "off";
}

function rule(summary: string, check: Severity | "off", apply: Severity | "off" = check): Rule {
  return { summary, check, apply };
}

export const RULES = {
  syntax: rule("The file is not valid JSON or YAML.", "error"),
  "duplicate-key": rule("A key stands twice; readers disagree on which one counts.", "error"),
  "folded-key": rule(
    "A key differs from a known one only in case; Go reads it as that one, others do not.",
    "error",
  ),
  "unknown-field": rule(
    "A field that no version of the format has; it would be ignored in silence.",
    "error",
  ),
  "missing-field": rule("A required field is missing.", "error"),
  "wrong-type": rule("A value has the wrong type.", "error"),
  "bad-value": rule("A value is outside what its field allows.", "error"),
  "bad-version": rule("The version is not one that hooks.d knows.", "error"),
  "bad-name": rule("A definition's name cannot be shown and typed safely, or two have the same.", "error"),
  "both-synonyms": rule("A 0.1.0 field and its synonym are both set.", "error"),
  "relative-path": rule("The hook's path is not absolute; runtimes disagree on what it means.", "error"),
  "missing-program": rule(
    "The hook's program does not exist; engines then drop the hook in silence.",
    "error",
  ),
  "not-executable": rule("The hook's program is not an executable file.", "error"),
  "unsafe-owner": rule("Somebody else than root owns the program or a directory above it.", "error"),
  "unsafe-mode": rule("Others may write the program or a directory above it.", "error"),
  "unsafe-path": rule("The program's path leads through a symbolic link.", "warning", "error"),
  "unsafe-program": rule(
    "The program is set-id, has capabilities, or lies where it cannot be trusted.",
    "error",
  ),
  "unsafe-definition": rule("Others than root may change the definition file.", "off", "error"),
  "digest-mismatch": rule("The program is not the one that the digest names.", "error"),
  interpreter: rule(
    "The program is a script, and nothing says how its interpreter is trusted.",
    "note",
    "error",
  ),
  "in-container": rule("At startContainer the hook needs files of the image.", "warning"),
  "timeout-missing": rule("Without a timeout a hook may hold a container for ever.", "warning", "off"),
  "timeout-zero": rule("runc kills a hook with timeout 0 at once, crun never does.", "error"),
  "timeout-range": rule("A timeout is outside 1 to 30 seconds.", "error"),
  "timeout-type": rule("A timeout is not a whole number.", "error"),
  "no-env": rule("Without env a hook gets the runtime's environment, or the image's.", "warning", "off"),
  "empty-args": rule("An empty argument list.", "warning"),
  "argv0-differs": rule(
    "The first argument is not the program's name; args is the whole argument list.",
    "warning",
  ),
  "template-in-args": rule(
    "Template braces in an argument; containerd would expand them, others pass them on.",
    "warning",
  ),
  "shell-metacharacters": rule("Shell syntax in an argument that no shell reads.", "warning"),
  "secret-like": rule(
    "An argument or variable looks like a secret; it would be in logs and process lists.",
    "warning",
  ),
  "secret-in-edits": rule(
    "A variable that a definition puts into containers looks like a secret; the plan and config.json would keep it.",
    "warning",
    "error",
  ),
  "pattern-invalid": rule("A pattern that Go's RE2 does not accept.", "error"),
  "unanchored-pattern": rule("A pattern without anchors matches inside other words.", "warning"),
  "never-matches": rule("The conditions hold for no container.", "warning"),
  "unknown-stage": rule("A stage that no runtime knows.", "error"),
  "podman-stage": rule(
    "A program at precreate was written for Podman, which has another use for it.",
    "warning",
    "error",
  ),
  "prestart-deprecated": rule("prestart is deprecated; engines run it as createRuntime.", "note", "note"),
  "repeated-stage": rule("A stage is listed twice, so the hook runs twice.", "warning"),
  "poststop-multiple-on-runc": rule(
    "runc stops at the first failing poststop hook and runs none after it.",
    "note",
    "note",
  ),
  "without-hook": rule("A field that only means something with a hook, and there is none.", "error"),
  "does-nothing": rule("A definition with neither a hook nor edits.", "error"),
  "record-alone": rule(
    "What stands beside record and cannot: a hook, stages, or a profile that its filter replaces.",
    "error",
  ),
  "source-alone": rule(
    "What stands beside source and cannot: the image brings all but name and when.",
    "error",
  ),
  "image-name": rule("An image of when.images has a name that no registry could hold.", "error"),
  "edit-feeds-condition": rule("An edit sets an annotation that a condition looks at.", "error"),
  "case-only-name": rule("Two file names differ only in case, so their order is left to chance.", "warning"),
  "missing-file": rule("A file that the definition names cannot be read.", "error"),
  "missing-device": rule("A device that the definition names cannot be read from the host.", "error"),
} as const satisfies { readonly [id: string]: Rule };

export type RuleId = keyof typeof RULES;

/** Which judgement is asked for. */
export type Mode = "check" | "apply";
