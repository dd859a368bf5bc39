/**
 * The points of a container's life at which hooks run: OCI runtime-spec, config.md "POSIX-platform Hooks".
 * `precreate` is ours: edits are made before the runtime reads config.json, no program runs there.
 */

export const STAGES = [
  "prestart",
  "createRuntime",
  "createContainer",
  "startContainer",
  "poststart",
  "poststop",
] as const;

export type Stage = (typeof STAGES)[number];

/** Whether a name is one of the six stages that a runtime knows; matching is exact. */
export function isStage(name: string): name is Stage {
  return (STAGES as readonly string[]).includes(name);
}

/** Stages at which a runtime resolves the hook's path inside the container. */
export const IN_CONTAINER: ReadonlySet<Stage> = new Set(["startContainer"]);
