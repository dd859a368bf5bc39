/** Gives a container variables whose values are found when it is created: in files, from a command, of the host. */

import { command, defineHook, edit, Failure, files, option } from "hookwright/hook";
import { FACTS, factOf } from "./facts.ts";
import { fileOfVariables, variable, wanted } from "./words.ts";

/** The kernel takes no longer word of an environment. */
const LONGEST = 128 * 1024;

export default defineHook({
  name: "env",
  stages: ["precreate"],
  options: {
    file: option.list({ means: "NAME=PATH: the text of a file of the host, without the newline at its end" }),
    envFile: option.list({ means: "a file of the host with a line NAME=value for each variable" }),
    host: option.list({ means: `NAME=FACT, of the host: ${FACTS.join(", ")}` }),
    command: option.maybe(
      option.text({ means: "name of the variable that gets what the program after -- prints" }),
    ),
    program: option.maybe(option.rest({ means: "the program by its whole path, and its words" })),
  },
  uses: { command, edit, files },
  run({ options, command, edit, files, log }) {
    const read = (path: string) => files.readText(path, LONGEST);
    const env = [
      ...options.envFile.flatMap((path) => fileOfVariables(path, present(path, read(path)))),
      ...options.file
        .map(wanted("--file"))
        .map(({ name, from }) => variable(name, present(from, read(from)))),
      ...options.host.map(wanted("--host")).map(({ name, from }) => variable(name, factOf(from, read))),
      ...printed(),
    ];
    edit({ env });
    log(`set ${env.map((one) => one.slice(0, one.indexOf("="))).join(", ")}`);

    function printed(): string[] {
      const { command: name, program } = options;
      if (name === undefined && program === undefined) return [];
      if (name === undefined || program === undefined) {
        throw new Failure(
          "option_missing",
          "read the options of env: --command and a program after -- go together",
        );
      }
      const { status, stdout, stderr } = command(program);
      if (status === 0) return [variable(name, stdout)];
      throw new Failure(
        "command_failed",
        `run ${program[0]} for ${name}: exit status ${status}: ${stderr.trim()}`,
      );
    }
  },
});

function present(path: string, text: string | null): string {
  if (text !== null) return text;
  throw new Failure("no_value", `read ${path}: there is no such file`, {
    hint: "whoever provides it must do so before the container is created",
  });
}
