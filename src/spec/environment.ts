/** An environment as execve takes it: a list of `NAME=value`. */

/**
 * What the guard tells every hook: the stage, and when it must have ended, milliseconds on the monotonic clock; at stages where a
 * hook can say how its work is undone, the file for that (spec/ledger.ts), and whether only what is `left` is to be undone.
 */
export const VARIABLE = {
  stage: "HOOKWRIGHT_STAGE",
  deadline: "HOOKWRIGHT_DEADLINE",
  ledger: "HOOKWRIGHT_LEDGER",
  left: "HOOKWRIGHT_LEFT",
} as const;

/** Told to the guard: the root is gone after this run, so a hook that would have to be undone later must not do anything. */
export const TRIAL = "HOOKWRIGHT_TRIAL";

/** The value of a variable, the first one as in C; undefined when there is none. */
export function variable(env: readonly string[], name: string): string | undefined {
  const start = `${name}=`;
  return env.find((pair) => pair.startsWith(start))?.slice(start.length);
}
