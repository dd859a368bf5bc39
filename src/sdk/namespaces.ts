/** Doing something in a namespace of the container, from the host's: with the host's programs and files at hand before and after. */

import { visitNamespace } from "../linux/namespace.ts";
import { Failure } from "../spec/failure.ts";
import type { Call, Capability } from "./define.ts";

export type Namespace = "net" | "mnt" | "uts" | "ipc" | "cgroup";

/** `inNamespace("net", () => …)`: returns what the work returns. Throws `Failure` `no_process`, LinuxError. */
export type InNamespace = <T>(kind: Namespace, work: () => T) => T;

export const inNamespace: Capability<InNamespace, "prestart" | "createRuntime" | "poststart"> = {
  name: "inNamespace",
  stages: ["prestart", "createRuntime", "poststart"],
  because: "the state names no process of the container as the host counts",
  open: (call) => (kind, work) => visitNamespace(processOf(call), kind, work),
};

/** The container's first process. Throws `Failure` `no_process`. */
export function processOf({ container, stage }: Call): number {
  if (container.pid !== undefined) return container.pid;
  throw new Failure("no_process", `find the container's process at ${stage}: the state names none`, {
    hint: "a runtime says it; by hand, give the state of a container that lives: `runc state ID`",
  });
}
