/**
 * The points of a container's life at which hooks run: OCI runtime-spec, config.md "POSIX-platform Hooks".
 * `precreate` is ours: before the runtime reads config.json, a hook there says what is to be changed in it.
 */

export const RUNTIME_STAGES = [
  "prestart",
  "createRuntime",
  "createContainer",
  "startContainer",
  "poststart",
  "poststop",
] as const;

/** A stage that a runtime knows: `hooks` of config.json lists its hooks. */
export type RuntimeStage = (typeof RUNTIME_STAGES)[number];

/** Whether a name is one of the six stages that a runtime knows; matching is exact. */
export function isRuntimeStage(name: string): name is RuntimeStage {
  return (RUNTIME_STAGES as readonly string[]).includes(name);
}

export const PRECREATE = "precreate";

export const STAGES = [PRECREATE, ...RUNTIME_STAGES] as const;

export type Stage = (typeof STAGES)[number];

/** Whether a name is that of a stage; matching is exact. */
export function isStage(name: string): name is Stage {
  return name === PRECREATE || isRuntimeStage(name);
}

/** Stages at which a runtime resolves the hook's path inside the container. */
export const IN_CONTAINER: ReadonlySet<Stage> = new Set(["startContainer"]);
