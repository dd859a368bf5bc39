/**
 * Rules about the program on the disk: there, executable, trusted, the one that the digest names, and with an interpreter
 * that somebody answers for. What is found is given back, so that `apply` copies exactly what was judged.
 */

import { readFileSync, realpathSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { PathStep } from "../../codec/definition/located.ts";
import { checkTrusted, type Distrust, type TrustReason } from "../../linux/trust.ts";
import type { HookProgram } from "../../spec/definition.ts";
import { type Program, programOf } from "../program.ts";
import type { ReadDefinition } from "../read-definition.ts";
import type { RuleId } from "./rule.ts";

export interface InspectedProgram {
  readonly program: Program;
  readonly bytes: Uint8Array;
  /** Where a script's interpreter really is, and what it is; absent when it is only trusted. */
  readonly interpreter?: { readonly path: string; readonly args: string[]; readonly pinned?: InspectedFile };
}

export interface InspectedFile {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** Programs that go by the name they are called by: /bin/sh that leads to busybox is run as `busybox sh`. */
const MULTI_CALL = new Set(["busybox", "toybox", "coreutils"]);

const RULE_OF: { readonly [R in TrustReason]: RuleId } = {
  not_absolute: "relative-path",
  missing: "missing-program",
  unreadable: "missing-program",
  symlink: "unsafe-path",
  not_file: "not-executable",
  owner: "unsafe-owner",
  writable: "unsafe-mode",
  acl: "unsafe-mode",
  setid: "unsafe-program",
  capabilities: "unsafe-program",
  noexec: "unsafe-program",
  filesystem: "unsafe-program",
};

/** Judges the program of a definition; undefined when there is none to run. Problems go to its report. */
export function inspectProgram({
  definition,
  report,
  legacy,
  program: brought,
}: ReadDefinition): InspectedProgram | undefined {
  const hook = definition?.hook;
  if (definition === undefined || hook === undefined || !hook.path.startsWith("/")) return undefined;
  const at: PathStep[] = legacy ? ["hook"] : ["hook", "path"];
  const tell = (rule: RuleId, message: string, mend: string, path = at) =>
    report.add(rule, path, message, mend);
  const bytes = brought ?? installed(hook, report.mode === "check", tell);
  if (bytes === undefined) return undefined;
  const program = programOf(bytes);
  const { digest } = definition.guard;
  if (digest !== undefined && digest !== `sha256:${program.digest}`) {
    const mend = "review the program, then write its digest here; or install the one that was reviewed";
    tell("digest-mismatch", `${hook.path} is sha256:${program.digest}`, mend, ["guard", "digest"]);
  }
  if (program.kind === "other") {
    tell(
      "not-executable",
      `${hook.path} is neither an ELF executable nor a script`,
      "start a script with #! and its interpreter",
    );
  }
  const inside = definition.stages.includes("startContainer");
  if (inside && program.kind === "dynamic") {
    const message = `at startContainer the program's loader ${program.loader} and its libraries are the image's`;
    tell("in-container", message, "link the program statically");
  }
  if (program.interpreter === undefined) return { program, bytes };
  const interpreter = inspectInterpreter(program.interpreter, definition.guard.interpreter, inside, tell);
  return interpreter === undefined ? { program, bytes } : { program, bytes, interpreter };
}

type Tell = (rule: RuleId, message: string, mend: string, path?: PathStep[]) => void;

/** The bytes of the program at its path. */
function installed(hook: HookProgram, lenient: boolean, tell: Tell): Uint8Array | undefined {
  const path = trusted(hook, lenient, tell);
  if (path === undefined) return undefined;
  if ((statSync(path).mode & 0o111) !== 0) return readFileSync(path);
  tell("not-executable", `${hook.path} is not executable`, `chmod 0755 ${hook.path}`);
  return undefined;
}

/** The path that may be read, after the trust chain; undefined when there is nothing to go on with. */
function trusted({ path }: HookProgram, lenient: boolean, tell: Tell): string | undefined {
  const verdict = checkTrusted(path);
  if (verdict.ok) return path;
  tell(RULE_OF[verdict.reason], sentence(verdict, path), mendOf(verdict, path));
  if (verdict.reason === "symlink" && lenient) {
    const real = realOf(path);
    if (real === undefined) return undefined;
    const behind = checkTrusted(real);
    if (!behind.ok) tell(RULE_OF[behind.reason], sentence(behind, path), mendOf(behind, path));
    return behind.ok ? real : undefined;
  }
  return undefined;
}

function inspectInterpreter(
  { path, args }: NonNullable<Program["interpreter"]>,
  policy: string | undefined,
  inside: boolean,
  tell: Tell,
): InspectedProgram["interpreter"] {
  const at: PathStep[] = ["guard", "interpreter"];
  if (policy === undefined) {
    const mend = "say guard.interpreter: pin to fix its digest, or trust to rely on owner and modes";
    tell("interpreter", `the program is a script for ${path}, which nothing pins`, mend);
    return undefined;
  }
  if (basename(path) === "env") {
    tell(
      "interpreter",
      "the script asks env to find its interpreter on PATH",
      "name the interpreter itself after #!",
      at,
    );
    return undefined;
  }
  const real = realOf(path);
  const verdict = real === undefined ? undefined : checkTrusted(real);
  if (real === undefined || verdict === undefined || !verdict.ok) {
    const why = verdict === undefined || verdict.ok ? `${path} does not exist` : verdict.message;
    tell(
      "interpreter",
      `the script's interpreter: ${why}`,
      "correct the #! line, or install the interpreter",
      at,
    );
    return undefined;
  }
  if (inside) {
    const what =
      policy === "trust" ? "the interpreter comes" : "the interpreter's libraries and modules come";
    tell("in-container", `at startContainer ${what} from the image`, "use a statically linked program", at);
  }
  const words =
    MULTI_CALL.has(basename(real)) && basename(real) !== basename(path) ? [basename(path), ...args] : args;
  if (policy === "trust") return { path: real, args: words };
  const bytes = readFileSync(real);
  const { digest } = programOf(bytes);
  if (policy !== "pin" && policy !== `sha256:${digest}`) {
    const mend = "review the interpreter, then write its digest here";
    tell("digest-mismatch", `the interpreter ${real} is sha256:${digest}`, mend, at);
    return undefined;
  }
  return { path: real, args: words, pinned: { digest, bytes } };
}

function sentence({ message, reason }: Distrust, path: string): string {
  return reason === "missing" ? `${path} does not exist; engines then drop the hook in silence` : message;
}

function mendOf({ reason, path }: Distrust, program: string): string {
  if (reason === "symlink") return `write its real path: ${realOf(program) ?? "the link leads nowhere"}`;
  if (reason === "owner") return `chown root ${path}`;
  if (reason === "writable") return `chmod go-w ${path}`;
  if (reason === "acl") return `setfacl -b ${path}`;
  if (reason === "setid") return `chmod u-s,g-s ${path}; the guard gives a hook all it needs`;
  if (reason === "capabilities") return `setcap -r ${path}`;
  if (reason === "missing") return "install the program, or correct the path";
  return "put the program on a local file system below directories of root";
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
