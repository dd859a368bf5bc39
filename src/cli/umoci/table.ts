/** All commands of the image tools. A new one is a line here, in the order in which help lists it. */

import { config } from "./config.ts";
import { gc } from "./gc.ts";
import type { Command, Flag, Group } from "./grammar.ts";
import { init } from "./init.ts";
import { insert } from "./insert.ts";
import { list } from "./list.ts";
import { newImage } from "./new.ts";
import { addLayer } from "./raw-add-layer.ts";
import { mtreeValidate } from "./raw-mtree-validate.ts";
import { runtimeConfig } from "./raw-runtime-config.ts";
import { rawUnpack } from "./raw-unpack.ts";
import { remove } from "./remove.ts";
import { repack } from "./repack.ts";
import { stat } from "./stat.ts";
import { tag } from "./tag.ts";
import { unpack } from "./unpack.ts";

const raw: Group = {
  name: "raw",
  summary: "single steps of what other commands do",
  usage: "COMMAND [ARGUMENTS...]",
  description: [
    "Each of these is one step of another command, for those who want to do the rest themselves.",
  ],
  commands: [runtimeConfig, rawUnpack, addLayer, mtreeValidate],
};

export const TREE: readonly (Command | Group)[] = [
  raw,
  config,
  unpack,
  repack,
  newImage,
  tag,
  remove,
  stat,
  gc,
  init,
  list,
  insert,
];

/** Flags in front of the command. */
export const GLOBAL_FLAGS: readonly Flag[] = [
  { name: "verbose", summary: "the same as --log=info" },
  {
    name: "log",
    value: "LEVEL",
    otherwise: "warn",
    summary: "what is said on standard error: debug, info, warn, error or fatal",
  },
];
