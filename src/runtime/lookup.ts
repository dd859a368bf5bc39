/**
 * Which runtime is the real one, in this order: `--runtime-path`, HOOKWRIGHT_RUNTIME, the name that the wrapper was
 * called by (`hookwright-crun`), the plan, the first of runc and crun. Never the wrapper itself, under whatever name:
 * a link called runc on PATH must not lead in circles.
 */

import { failedWith, LinuxError } from "../linux/error.ts";
import { type Stat, sameFile, stat, TYPE } from "../linux/stat.ts";
import { variable } from "../spec/environment.ts";
import { EXIT, Failure } from "../spec/failure.ts";

const SAFE_PATH = ["/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"];
const CANDIDATES = ["runc", "crun"];

/** What the invocation itself says about the runtime: a path or a name; undefined when it leaves that to the plan. */
export function askedRuntime(
  option: string | undefined,
  argv0: string,
  env: readonly string[],
): string | undefined {
  return option ?? variable(env, "HOOKWRIGHT_RUNTIME") ?? runtimeOfName(argv0);
}

/**
 * Path of the runtime: a path as it is, a name by way of PATH and then of the usual places, the first of runc and crun
 * when nothing is asked for. Throws `Failure` `runtime_missing` or `runtime_is_wrapper`, exit status 125.
 */
export function findRuntime(wanted: string | undefined, env: readonly string[]): string {
  const self = stat("/proc/self/exe");
  if (wanted === undefined) {
    const found = search(CANDIDATES, SAFE_PATH, self);
    if (found !== undefined) return found;
    throw missing(`neither runc nor crun is in ${SAFE_PATH.join(", ")}`);
  }
  if (wanted.includes("/")) {
    const problem = problemWith(wanted, self);
    if (problem === undefined) return wanted;
    throw problem === SELF ? circular(wanted) : missing(`${wanted} ${problem}`);
  }
  // A relative entry, or an empty one, means the current directory, which may be a container's bundle.
  const path = (variable(env, "PATH") ?? "").split(":").filter((dir) => dir[0] === "/");
  const found = wanted === "" ? undefined : search([wanted], [...path, ...SAFE_PATH], self);
  if (found !== undefined) return found;
  throw missing(`"${wanted}" is in no directory of PATH, nor in ${SAFE_PATH.join(", ")}`);
}

/** `hookwright-crun` names crun; `hookwright-runtime` names nothing. */
function runtimeOfName(argv0: string): string | undefined {
  const name = argv0.slice(argv0.lastIndexOf("/") + 1);
  const prefix = "hookwright-";
  if (!name.startsWith(prefix) || name === "hookwright-runtime" || name === "hookwright-host")
    return undefined;
  return name.slice(prefix.length);
}

function search(names: readonly string[], dirs: readonly string[], self: Stat): string | undefined {
  for (const name of names) {
    for (const dir of dirs) {
      const path = `${dir}/${name}`;
      if (problemWith(path, self) === undefined) return path;
    }
  }
  return undefined;
}

const SELF = "is this wrapper itself";

function problemWith(path: string, self: Stat): string | undefined {
  try {
    const found = stat(path);
    if ((found.mode & TYPE.mask) !== TYPE.file) return "is not a regular file";
    if ((found.mode & 0o111) === 0) return "is not executable";
    return sameFile(found, self) ? SELF : undefined;
  } catch (error) {
    if (failedWith(error, "ENOENT", "ENOTDIR")) return "does not exist";
    if (error instanceof LinuxError) return `cannot be used: ${error.message}`;
    throw error;
  }
}

function missing(problem: string): Failure {
  return new Failure("runtime_missing", `look up the OCI runtime: ${problem}`, {
    hint: "Name it with --runtime-path PATH, or install runc or crun.",
    exitCode: EXIT.own,
  });
}

function circular(path: string): Failure {
  return new Failure("runtime_is_wrapper", `look up the OCI runtime: ${path} ${SELF}`, {
    hint: "Name the real runtime with --runtime-path PATH.",
    exitCode: EXIT.own,
  });
}
