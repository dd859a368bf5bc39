/** `{id}` and its like in a word. */

import { type Container, Failure, type Stage } from "hookwright/hook";

/**
 * The word with `{id}`, `{bundle}`, `{pid}`, `{stage}` and `{annotation:KEY}` filled in; an annotation that is not there is empty.
 * Throws `Failure` `unknown_placeholder`, and `no_process` for a `{pid}` at a stage that has none.
 */
export function filled(word: string, container: Container, stage: Stage): string {
  return word.replace(/\{([a-z]+)(?::([^{}]*))?\}/g, (whole, name: string, key?: string) => {
    if (name === "annotation" && key !== undefined) return container.annotations[key] ?? "";
    if (key === undefined) {
      if (name === "id") return container.id;
      if (name === "bundle") return container.bundle;
      if (name === "stage") return stage;
      if (name === "pid") return pidOf(container, stage);
    }
    throw new Failure("unknown_placeholder", `fill in ${word}: there is no ${whole}`, {
      hint: "there are {id}, {bundle}, {pid}, {stage} and {annotation:KEY}",
    });
  });
}

function pidOf({ pid }: Container, stage: Stage): string {
  if (pid !== undefined) return String(pid);
  throw new Failure("no_process", `fill in {pid}: the container's process is not known at ${stage}`, {
    hint: "attach the hook at createRuntime or poststart",
  });
}
