/** `image`: layouts and the images in them. Most of its verbs are umoci's, described and parsed in ../umoci. */

import { EXIT, Failure } from "../../spec/failure.ts";
import type { Flag, Noun, Verb } from "../grammar.ts";
import type { Command, Group, Flag as ImageFlag } from "../umoci/grammar.ts";
import { TREE } from "../umoci/table.ts";
import { imageHooks } from "./image-hooks.ts";
import { index } from "./image-index.ts";
import { layerVerbs } from "./image-layers.ts";
import { transferVerbs } from "./image-transfer.ts";
import { validate } from "./image-validate.ts";

/** A command as the manual, the help and the shells need it; the command line leads to it before the grammar is asked. */
function verbOf(command: Command): Verb {
  const { name, summary, description, examples, flags, positionals, hidden } = command;
  return {
    kind: "verb",
    name,
    summary,
    ...(description !== undefined && { description }),
    examples,
    arguments: (positionals ?? []).map((one) => ({ ...one, optional: true })),
    flags: flags.map(flagOf),
    ...(hidden !== undefined && { hidden }),
    foreign: true,
    async run() {
      throw new Failure("usage", `run image ${name}: flags of every command stand in front of it`, {
        hint: `Write \`hookwright image ${name}\` first; its own flags come after that.`,
        exitCode: EXIT.usage,
      });
    },
  };
}

function flagOf({ name, aliases = [], value, summary, repeat, completes, choices }: ImageFlag): Flag {
  const short = aliases.find((alias) => alias.length === 1);
  return {
    name,
    summary,
    ...(short !== undefined && { short }),
    // Brackets mean something to the parser that reads the other verbs.
    ...(value !== undefined && { value: value.replaceAll(/[[\]]/g, "") }),
    ...(repeat !== undefined && { repeat }),
    ...(completes !== undefined && { completes }),
    ...(choices !== undefined && { choices }),
  };
}

function nounOf({ name, summary, commands }: Group): Noun {
  const [first, second] = commands.flatMap((command) => command.examples);
  if (first === undefined || second === undefined) throw new Error(`${name} has no examples`);
  return { kind: "noun", name, summary, examples: [first, second], children: commands.map(verbOf) };
}

export const image: Noun = {
  kind: "noun",
  name: "image",
  summary: "make, change, check and copy images",
  examples: [
    { command: "hookwright image stat --image ./images:base", means: "what an image is made of" },
    {
      command: "hookwright image config --image ./images:base --config.cmd /bin/server",
      means: "change what it runs",
    },
  ],
  children: [
    ...TREE.map((one) => ("commands" in one ? nounOf(one) : verbOf(one))),
    validate,
    index,
    ...layerVerbs,
    ...transferVerbs,
    imageHooks,
  ],
};
