/**
 * Runs any program at any stage, with words that the container fills in. The words are passed on as they are: nothing that a
 * container says of itself can become another word, let alone a command of a shell.
 */

import { command, defineHook, Failure, option } from "hookwright/hook";
import { filled } from "./fill.ts";

export default defineHook({
  name: "exec",
  stages: ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"],
  options: {
    state: option.flag({ means: "give the program the container's state on its standard input" }),
    env: option.list({ means: "a variable of the program, NAME=value, filled in as its words are" }),
    program: option.rest({ means: "the program by its whole path, and its words" }),
  },
  uses: { command },
  run({ options, command, container, stage, state, log }) {
    const fill = (word: string) => filled(word, container, stage);
    const env = options.env.map(fill);
    const finished = command(options.program.map(fill), {
      ...(options.state ? { input: state } : {}),
      ...(env.length > 0 ? { env } : {}),
    });
    for (const said of [finished.stdout, finished.stderr]) if (said !== "") log(said.replace(/\n$/, ""));
    if (finished.status !== 0) {
      throw new Failure("exec_failed", `run ${options.program.join(" ")}: exit status ${finished.status}`);
    }
  },
});
