/** Flags that several commands of the image tools have, and what their values mean. */

import { goQuote } from "../../codec/go-quote.ts";
import { cutTag, isTag } from "../../codec/image/tag.ts";
import type { HistoryWords } from "../../rules/image/history.ts";
import { parseIdMapping } from "../../rules/image/id-map.ts";
import { parsePlatform } from "../../rules/image/platform.ts";
import { Failure } from "../../spec/failure.ts";
import type { IdMaps } from "../../spec/id-map.ts";
import type { Compression, Platform } from "../../spec/image.ts";
import type { Command, Flag, Given } from "./grammar.ts";

export const IMAGE: Flag = {
  name: "image",
  value: "PATH[:TAG]",
  summary: "image in a layout; the tag is latest unless said",
  completes: "directory",
};

export const LAYOUT: Flag = {
  name: "layout",
  value: "PATH",
  summary: "directory of an image layout",
  completes: "directory",
};

export const PLATFORM: Flag = {
  name: "platform",
  value: "OS/ARCH[/VARIANT]",
  summary: "which image of a tag that has several",
  own: true,
};

export const TAG: Flag = {
  name: "tag",
  value: "TAG",
  summary: "tag of the result, in place of that of --image",
};

const CREATED_BY = "history.created_by";

export const HISTORY: readonly Flag[] = [
  { name: "no-history", summary: "add no history entry" },
  { name: "history.author", value: "TEXT", summary: "author of the history entry" },
  { name: "history.comment", value: "TEXT", summary: "comment of the history entry" },
  {
    name: "history.created",
    value: "TIME",
    summary: "time of the history entry, such as 2026-01-31T12:00:00Z",
  },
  { name: CREATED_BY, value: "TEXT", summary: "what the history entry says made it" },
];

export const REMAP: readonly Flag[] = [
  {
    name: "uid-map",
    value: "CONTAINER:HOST[:SIZE]",
    repeat: true,
    summary: "a range of users in the container and on the host",
  },
  { name: "gid-map", value: "CONTAINER:HOST[:SIZE]", repeat: true, summary: "the same for groups" },
  { name: "rootless", summary: "for a user who is not root: all files become this user's" },
];

/** The id mappings that REMAP asks for. Throws `Failure` `id_map_invalid`. */
export function mappingOf(given: Given): IdMaps {
  const parsed = (flag: string) => given.list(flag).map((text) => parseIdMapping(text, `--${flag}`));
  return {
    uidMappings: parsed("uid-map"),
    gidMappings: parsed("gid-map"),
    rootless: given.on("rootless"),
  };
}

export const COMPRESS: Flag = {
  name: "compress",
  value: "HOW",
  otherwise: "auto",
  choices: ["auto", "gzip", "zstd", "none"],
  summary: "compression of the new layer: auto (as the last layer of the image), gzip, zstd or none",
};

/** The compression that COMPRESS asks for. Throws `Failure` `usage`. */
export function compressionOf(given: Given): Compression | "auto" {
  const word = given.text(COMPRESS.name);
  if (word === "auto" || word === "gzip" || word === "zstd" || word === "none") return word;
  throw usage(`invalid --compress: unknown layer compression type ${goQuote(word)}`);
}

/** Fails when flags contradict each other or name what cannot be, in the order in which umoci finds out. */
export function checkFlags({ flags }: Command, given: Given): void {
  const has = (name: string) => flags.some((flag) => flag.name === name);
  if (has(IMAGE.name)) requireImage(given);
  if (has(LAYOUT.name)) requireLayout(given);
  if (has(COMPRESS.name)) compressionOf(given);
  if (has("no-history") && given.on("no-history")) {
    const other = HISTORY.find(({ name }) => name !== "no-history" && given.has(name));
    if (other !== undefined) {
      throw usage(`--no-history and --${other.name} may not be specified together`);
    }
  }
  if (has(TAG.name) && given.has(TAG.name)) checkTag(given.text(TAG.name), "--tag");
}

/** What the history entry is to say; undefined when there is to be none. */
export function historyOf(given: Given): HistoryWords | undefined {
  if (given.on("no-history")) return undefined;
  const said = (field: string, name: string) => given.has(name) && { [field]: given.text(name) };
  return {
    ...said("author", "history.author"),
    ...said("comment", "history.comment"),
    ...said("created", "history.created"),
    ...said("createdBy", CREATED_BY),
  };
}

function requireImage(given: Given): void {
  if (!given.has(IMAGE.name)) throw usage("missing mandatory argument: --image");
  const { path, tag } = imageOf(given);
  if (path === "") throw usage("invalid --image: path is empty");
  checkTag(tag, "--image");
}

function requireLayout(given: Given): void {
  if (!given.has(LAYOUT.name)) throw usage("missing mandatory argument: --layout");
  const path = given.text(LAYOUT.name);
  if (path === "") throw usage("invalid --layout: path is empty");
  if (path.includes(":")) throw usage(`invalid --layout: path contains ':' character: ${goQuote(path)}`);
}

/** The image that IMAGE names. */
export function imageOf(given: Given): { path: string; tag: string } {
  const { path, tag = "latest" } = cutTag(given.text(IMAGE.name));
  return { path, tag };
}

export function platformOf(given: Given): Platform | undefined {
  return given.has(PLATFORM.name) ? parsePlatform(given.text(PLATFORM.name)) : undefined;
}

/** The one argument of a command: `wanted` in its usage, `called` where it is empty. Throws `Failure` `usage`. */
export function requireOne(args: readonly string[], wanted: string, called: string): string {
  const [one, ...others] = args;
  if (one === undefined || others.length > 0) {
    throw usage(`invalid number of positional arguments: expected <${wanted}>`);
  }
  if (one === "") throw usage(`${called} cannot be empty`);
  return one;
}

function checkTag(tag: string, flag: string): void {
  if (!isTag(tag)) throw usage(`invalid ${flag}: tag contains invalid characters: ${goQuote(tag)}`);
}

function usage(message: string): Failure {
  return new Failure("usage", message);
}
