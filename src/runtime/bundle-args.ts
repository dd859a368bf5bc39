/**
 * What stands behind `create`, `run` and `restore`: the bundle that the runtime will read. runc parses with Go's `flag`,
 * crun with GNU argp, and they disagree (`-b=X`, `-bX`, `-bundle X`, flags behind the id). What we edit must be what the
 * runtime reads, so each dialect is followed to the letter.
 */

import { longName, splitFlag } from "./args.ts";

/** `go`: runc, and every runtime that is not crun. `getopt`: crun. */
export type Dialect = "go" | "getopt";

export interface BundleArguments {
  /** Absent: the current directory. */
  bundle?: string;
  /** crun's `--config FILE`, relative to the current directory. Absent: config.json of the bundle. */
  config?: string;
  /** The container's id. */
  id?: string;
  /** Whether the runtime will refuse the line or only print help: there is nothing to edit. */
  futile: boolean;
}

const GO_VALUES = [
  "bundle",
  "b",
  "console-socket",
  "pidfd-socket",
  "pid-file",
  "preserve-fds",
  "image-path",
  "work-path",
  "manage-cgroups-mode",
  "empty-ns",
  "lsm-profile",
  "lsm-mount-context",
];
const GETOPT_VALUES = [...GO_VALUES.filter((name) => name !== "b" && name !== "pidfd-socket"), "config"];
const GETOPT_SWITCHES = [
  "no-new-keyring",
  "no-pivot",
  "no-subreaper",
  "detach",
  "keep",
  "tcp-established",
  "ext-unix-sk",
  "shell-job",
  "file-locks",
  "help",
  "usage",
];

/** The dialect of a runtime, by the name of its file. */
export function dialectOf(runtime: string): Dialect {
  return runtime.slice(runtime.lastIndexOf("/") + 1).includes("crun") ? "getopt" : "go";
}

/** Reads the words behind the verb. The last `--bundle` wins, as in every runtime. */
export function parseBundle(args: readonly string[], verbAt: number, dialect: Dialect): BundleArguments {
  const found: BundleArguments = { futile: false };
  for (let at = verbAt + 1; at < args.length; at++) {
    const word = args[at] ?? "";
    if (word === "--") {
      takeId(found, args[at + 1]);
      break;
    }
    if (word.length < 2 || word[0] !== "-") {
      takeId(found, word);
      // Go's command line looks for flags behind the id as well, crun's stops there.
      if (dialect === "getopt") break;
    } else {
      at += dialect === "go" ? goFlag(found, word, args[at + 1]) : getoptFlag(found, word, args[at + 1]);
    }
  }
  return found;
}

function takeId(found: BundleArguments, word: string | undefined): void {
  if (found.id === undefined && word !== undefined) found.id = word;
}

/** Go: `-x` and `--x` are the same; `=` joins a value to either. Returns how many more words were taken. */
function goFlag(found: BundleArguments, word: string, next: string | undefined): number {
  const { name, value } = splitFlag(word);
  if ((name === "help" || name === "h") && value === undefined) found.futile = true;
  if (GO_VALUES.includes(name)) return takeValue(found, name, value, next);
  // `-bX` is no flag to Go, but it is one to youki, and runc refuses the line anyway.
  if (word[1] === "b") found.bundle = word.slice(2);
  return 0;
}

/** getopt: long names may be cut short; short ones take the rest of their word as value, `=` included. */
function getoptFlag(found: BundleArguments, word: string, next: string | undefined): number {
  if (word.startsWith("--")) {
    const { name, value } = splitFlag(word);
    const known = longName(name, [...GETOPT_VALUES, ...GETOPT_SWITCHES]);
    if (known === "help" || known === "usage") found.futile = true;
    return known !== undefined && GETOPT_VALUES.includes(known) ? takeValue(found, known, value, next) : 0;
  }
  for (let i = 1; i < word.length; i++) {
    const letter = word[i];
    if (letter === "?") found.futile = true;
    if (letter !== "b" && letter !== "f") continue;
    const rest = word.slice(i + 1);
    return takeValue(found, letter === "b" ? "bundle" : "config", rest === "" ? undefined : rest, next);
  }
  return 0;
}

function takeValue(
  found: BundleArguments,
  name: string,
  value: string | undefined,
  next: string | undefined,
): number {
  const given = value ?? next;
  if (given === undefined) {
    found.futile = true;
  } else if (name === "bundle" || name === "b") {
    // An empty name means the current directory to runc; crun refuses it.
    if (given === "") delete found.bundle;
    else found.bundle = given;
  } else if (name === "config") {
    found.config = given;
  }
  return value === undefined ? 1 : 0;
}
