/** What one engine or runtime takes and another refuses or ignores: flags, errno values, NOTIFY, minKernel. */

import type { SeccompProfile } from "../../spec/seccomp.ts";
import { hasErrno } from "./actions.ts";
import { namesOf } from "./actions-policy.ts";
import type { LintOptions, Tell } from "./lint-finding.ts";

const FLAGS = ["TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV"].map(
  (flag) => `SECCOMP_FILTER_FLAG_${flag}`,
);

export function lintFormats(profile: SeccompProfile, options: LintOptions, tell: Tell): void {
  lintFlags(profile, options, tell);
  lintErrno(profile, options, tell);
  lintNotify(profile, options, tell);
  const { engine } = options.target;
  (profile.syscalls ?? []).forEach((rule, i) => {
    const at = `/syscalls/${i}`;
    const kernel = rule.includes?.minKernel !== undefined || rule.excludes?.minKernel !== undefined;
    if (kernel && engine !== "docker")
      tell(
        "minkernel-ignored",
        engine === "podman" ? "warning" : "note",
        `${at}/${rule.includes?.minKernel === undefined ? "excludes" : "includes"}/minKernel`,
        "Podman does not know minKernel and always applies the rule",
        "Convert the profile to Podman's format for its host.",
      );
  });
}

function lintFlags({ flags = [] }: SeccompProfile, { runtime }: LintOptions, tell: Tell): void {
  if (flags.length === 0) return;
  const old = runtime?.name === "runc" && isBefore12(runtime.version);
  if (old || runtime === undefined)
    tell(
      "flags-unsupported",
      old ? "error" : "note",
      "/flags",
      old ? `runc ${runtime.version} refuses a profile with flags` : "runc 1.1 refuses a profile with flags",
      "Remove flags, or use runc 1.2 or later.",
    );
  flags.forEach((flag, i) => {
    if (!FLAGS.includes(flag))
      tell(
        "flags-unsupported",
        "error",
        `/flags/${i}`,
        `No runtime knows the flag ${flag}`,
        `Use ${FLAGS.join(", ")}.`,
      );
  });
}

/** Runc's 1.1 was run and refuses; 0 and 1.0 are older. */
function isBefore12(version: string | undefined): boolean {
  const [major = 0, minor = 0] = (version ?? "").split(".").map((part) => Number.parseInt(part, 10) || 0);
  return version !== undefined && (major < 1 || (major === 1 && minor < 2));
}

function lintErrno(profile: SeccompProfile, { runtime, target }: LintOptions, tell: Tell): void {
  const grave = runtime?.name === "crun" ? "error" : "warning";
  const check = (at: string, action: string, number: number | undefined, allowed: boolean) => {
    if (allowed || number === undefined) return;
    const message = `${action} has no errno; crun refuses the profile, runc ignores it`;
    tell("errno-without-action", grave, at, message, "Remove it.");
  };
  check("/defaultErrnoRet", profile.defaultAction, profile.defaultErrnoRet, hasErrno(profile.defaultAction));
  const docker = (at: string, name: string | undefined, number: number | undefined) => {
    if ((name ?? "") === "" || number !== undefined || target.engine === "podman") return;
    tell(
      "errno-name-ignored",
      target.engine === "docker" ? "warning" : "note",
      at,
      `Docker does not know ${name} by name and answers EPERM`,
      "Write the number as errnoRet too.",
    );
  };
  docker("/defaultErrno", profile.defaultErrno, profile.defaultErrnoRet);
  (profile.syscalls ?? []).forEach((rule, i) => {
    check(`/syscalls/${i}/errnoRet`, rule.action, rule.errnoRet, hasErrno(rule.action));
    docker(`/syscalls/${i}/errno`, rule.errno, rule.errnoRet);
  });
}

function lintNotify(profile: SeccompProfile, { runtime }: LintOptions, tell: Tell): void {
  const grave = runtime?.name === "crun" ? "note" : "error";
  const mend = "Use SCMP_ACT_ERRNO there.";
  if (profile.defaultAction === "SCMP_ACT_NOTIFY")
    tell("notify-refused", grave, "/defaultAction", "runc refuses SCMP_ACT_NOTIFY as the default", mend);
  (profile.syscalls ?? []).forEach((rule, i) => {
    if (rule.action === "SCMP_ACT_NOTIFY" && namesOf(rule).includes("write"))
      tell("notify-refused", grave, `/syscalls/${i}/action`, "runc refuses SCMP_ACT_NOTIFY for write", mend);
  });
}
