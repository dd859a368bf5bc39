/** The recorder's arguments, as a definition's plan or a hooks.d file has them. */

import { EXIT, Failure } from "../spec/failure.ts";
import type { RecordOptions } from "../spec/recording.ts";
import type { Destination } from "./destination.ts";

const DETAILS = ["refused", "arguments", "capabilities", "files", "addresses"] as const;
const FORMATS = ["oci", "docker", "podman"] as const;
const USAGE =
  "hookwright-record -s | --profile FILE [--base FILE] [--merge] [--format oci|docker|podman] [--details LIST] [--directory DIR]…";

export interface Words {
  /** `hook`: at a container's creation and end. `permit`: at precreate, the configuration passes through. */
  verb: "hook" | "permit" | "version";
  options: RecordOptions;
  /** Absent: the container's annotation says it. */
  destination?: Destination;
  /** Where an annotation may send a profile. */
  directories: string[];
}

/** Reads `argv`, argv[0] included. Throws `Failure` `usage`. */
export function readWords(argv: readonly string[]): Words {
  const words: Words = { verb: "hook", options: {}, directories: [] };
  const to: Destination = { profile: "", format: "docker", merge: false };
  const rest = argv.slice(1);
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const value = () => rest.shift() ?? wrong(`${word} needs a value`);
    // Upstream's flag: take the state from standard input.
    if (word === "-s") continue;
    if (word === "-version" || word === "--version") words.verb = "version";
    else if (word === "permit") words.verb = "permit";
    else if (word === "--profile") to.profile = value();
    else if (word === "--base") to.base = value();
    else if (word === "--merge") to.merge = true;
    else if (word === "--format") to.format = oneOf(value(), FORMATS);
    else if (word === "--directory") words.directories.push(value());
    else if (word === "--details")
      for (const detail of value().split(",")) words.options[oneOf(detail, DETAILS)] = true;
    else wrong(`"${word}" is none of its words`);
  }
  if (to.profile !== "") words.destination = to;
  return words;
}

function oneOf<T extends string>(word: string, known: readonly T[]): T {
  return known.find((one) => one === word) ?? wrong(`"${word}" is none of ${known.join(", ")}`);
}

function wrong(what: string): never {
  throw new Failure("usage", `read the recorder's arguments: ${what}`, { hint: USAGE, exitCode: EXIT.own });
}
