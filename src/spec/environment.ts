/** An environment as execve takes it: a list of `NAME=value`. */

/** What the guard tells every hook: the stage, and when it must have ended, milliseconds on the monotonic clock. */
export const VARIABLE = { stage: "HOOKWRIGHT_STAGE", deadline: "HOOKWRIGHT_DEADLINE" } as const;

/** The value of a variable, the first one as in C; undefined when there is none. */
export function variable(env: readonly string[], name: string): string | undefined {
  const start = `${name}=`;
  return env.find((pair) => pair.startsWith(start))?.slice(start.length);
}
