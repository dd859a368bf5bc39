/** Rules about the hook's own fields: path, args, env, timeout. None of them looks at the disk. */

import type { PathStep } from "../../codec/definition/located.ts";
import type { Definition, HookProgram } from "../../spec/definition.ts";
import type { Report } from "./problem.ts";
import { looksSecret } from "./secret.ts";

const SHELLS = new Set(["sh", "bash", "dash", "ash", "zsh", "ksh", "busybox", "toybox"]);
/** One program with many names: its first argument says which. */
const MULTI_CALL = new Set(["busybox", "toybox", "coreutils"]);
const APPLETS = new Set(
  (
    "sh ash bash hush cat chmod chown cp cut date dd echo env false find grep head id install ip ln logger ls mkdir " +
    "mknod mktemp mount mv nc nsenter printf ps readlink rm rmdir route sed seq sleep sort stat sync sysctl tail tee " +
    "test timeout touch tr true tty umount uname unshare wget xargs"
  ).split(" "),
);

export function lintHook({ hook, guard, record, source }: Definition, legacy: boolean, report: Report): void {
  if (hook === undefined) {
    if (record === undefined && source === undefined && Object.keys(guard).length > 0) {
      report.add(
        "without-hook",
        ["guard"],
        "there is no hook for the guard to hold",
        "remove guard, or add a hook",
        true,
      );
    }
    return;
  }
  const at = (...path: PathStep[]): PathStep[] => (legacy ? ["hook"] : ["hook", ...path]);
  if (!hook.path.startsWith("/")) {
    const message = `${JSON.stringify(hook.path)} is not an absolute path; crun would search PATH, runc refuses it`;
    report.add("relative-path", at("path"), message, "write the whole path, from /");
  }
  if (hook.timeout === undefined && !legacy) {
    const message = "no timeout: a hook that hangs holds the container for ever";
    report.add("timeout-missing", at(), message, "add timeout, in seconds", true);
  }
  if ((hook.env === undefined || hook.env.length === 0) && !legacy) {
    const message = hook.env === undefined ? "no env" : "an empty env";
    const mend = "list what the hook needs, at least PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    const why = "the hook may get the runtime's environment, or the image's with its LD_PRELOAD";
    report.add(
      "no-env",
      hook.env === undefined ? at() : at("env"),
      `${message}: ${why}`,
      mend,
      hook.env === undefined,
    );
  }
  lintArgs(hook, legacy, report);
  for (const [i, variable] of (hook.env ?? []).entries())
    tellSecret(variable, "variable", at("env", i), report);
}

function lintArgs({ path, args }: HookProgram, legacy: boolean, report: Report): void {
  if (args === undefined) return;
  const program = baseName(path);
  const at = (i: number): PathStep[] => (legacy ? ["arguments", i - 1] : ["hook", "args", i]);
  const [first] = args;
  if (first === undefined) {
    report.add("empty-args", ["hook", "args"], "args is empty", `write [${program}], or leave args out`);
    return;
  }
  if (!legacy && baseName(first) !== program && !(MULTI_CALL.has(program) && APPLETS.has(first))) {
    const message = `the first argument is ${JSON.stringify(first)}: args is the whole list, the program's name first`;
    report.add("argv0-differs", at(0), message, `put ${JSON.stringify(program)} first`);
  }
  const shell = SHELLS.has(program);
  for (const [i, arg] of args.entries()) {
    if (i === 0) continue;
    tellSecret(arg, "argument", at(i), report);
    if (arg.includes("{{") && arg.includes("}}")) {
      const message = "template braces: containerd would expand them, other engines pass them on as they are";
      report.add("template-in-args", at(i), message, "read what you need from the state on standard input");
    } else if (!shell && SHELL_SYNTAX.test(arg)) {
      const message = `${JSON.stringify(arg)} has shell syntax, but no shell reads it`;
      report.add("shell-metacharacters", at(i), message, "write the value itself, or run a script");
    }
  }
}

/** What only a shell gives a meaning: substitutions, variables, and operators that stand alone. */
const SHELL_SYNTAX = /\$\(|`|\$\{\w|\$[A-Za-z_]|^(\||\|\||&&|;|>|>>|<|2>|&>|2>&1)$|\s(&&|\|\|)\s/;

function tellSecret(word: string, kind: string, path: PathStep[], report: Report): void {
  const why = looksSecret(word);
  if (why === undefined) return;
  const mend = "let the hook fetch it when it runs, or name a file that only root can read";
  report.add(
    "secret-like",
    path,
    `the ${kind} ${why}; args and env are seen in process lists and logs`,
    mend,
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
