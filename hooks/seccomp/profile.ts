/** A profile as a runtime takes it. */

import { Failure } from "hookwright/hook";

/** Throws `Failure` `bad_profile` for what is no profile in the form of config.json. */
export function profileOf(file: string, text: string): { [key: string]: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong(file, "it is not JSON", "mend the file");
  }
  if (!isObject(value) || typeof value.defaultAction !== "string")
    throw wrong(file, "it has no defaultAction", "give a profile as linux.seccomp of config.json has it");
  const calls = Array.isArray(value.syscalls) ? value.syscalls : [];
  // Docker and Podman resolve these for each container; a runtime would take such a rule for one that always holds.
  if (
    "archMap" in value ||
    calls.some((rule) => isObject(rule) && ("includes" in rule || "excludes" in rule))
  )
    throw wrong(file, "it is in the form of Docker and Podman", "hookwright seccomp convert FILE --to oci");
  return value;
}

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(file: string, what: string, hint: string): Failure {
  return new Failure("bad_profile", `read the seccomp profile ${file}: ${what}`, { hint });
}
