/**
 * The global part of an OCI runtime's command line: which verb, which log, and our own `--runtime-path`. It is read on
 * every invocation, so it knows no more than it must; what stands behind the verb is read by bundle-args.ts, for three
 * verbs only. Measured rows: notes/runc/arguments.md, notes/crun/arguments.md.
 */

export interface Invocation {
  /** create, state, …; absent when there is none, as in `--version`. */
  verb?: string;
  /** Index of the verb among the arguments; −1 when there is none. */
  verbAt: number;
  /** Value of our own `--runtime-path`. */
  runtimePath?: string;
  /** Indices of the words of `--runtime-path`, which the runtime must not see. */
  own: number[];
  /** The engine's log file and its format, as given. */
  log?: string;
  logFormat?: string;
  /** Whether the runtime only prints its help. */
  informs: boolean;
}

const VALUES = ["root", "log", "log-format", "log-level", "criu", "rootless", "cgroup-manager"];
const INFORM = ["help", "h", "usage", "?", "version"];
const SWITCHES = [...INFORM, "v", "V", "debug", "systemd-cgroup"];
const VERBS = [
  "create",
  "run",
  "restore",
  "start",
  "state",
  "kill",
  "delete",
  "exec",
  "ps",
  "features",
  "events",
];

/** The verbs at which a runtime reads config.json. */
export function readsConfig(verb: string | undefined): boolean {
  return verb === "create" || verb === "run" || verb === "restore";
}

/** Reads the flags before the verb. `args` are the words behind argv[0]. Never fails: what it does not know, the runtime judges. */
export function parseGlobal(args: readonly string[]): Invocation {
  const found: Invocation = { verbAt: -1, own: [], informs: false };
  let at = 0;
  while (at < args.length) {
    const word = args[at] ?? "";
    if (word === "--") {
      at++;
      break;
    }
    if (word.length < 2 || word[0] !== "-") break;
    at += takeFlag(found, word, args, at);
  }
  const verb = args[at];
  if (verb !== undefined) {
    found.verb = verb;
    found.verbAt = at;
  }
  return found;
}

/** Takes one flag, and says how many words it was. */
function takeFlag(found: Invocation, word: string, args: readonly string[], at: number): number {
  const { name, value } = splitFlag(word);
  if (INFORM.includes(name) && value === undefined) found.informs = true;
  if (SWITCHES.includes(name)) return 1;
  const next = args[at + 1];
  const known = name === "runtime-path" ? name : longName(name, VALUES);
  if (known === undefined) return value === undefined && mayBeValue(next) ? 2 : 1;
  const given = value ?? next;
  const words = value === undefined ? 2 : 1;
  if (known === "log" && given !== undefined) found.log = given;
  if (known === "log-format" && given !== undefined) found.logFormat = given;
  if (known === "runtime-path") {
    if (given !== undefined) found.runtimePath = given;
    for (let i = at; i < at + words; i++) found.own.push(i);
  }
  return words;
}

/** Whether the word behind a flag that we do not know can be its value: not a flag, not a verb. */
function mayBeValue(word: string | undefined): boolean {
  return word !== undefined && word[0] !== "-" && !VERBS.includes(word);
}

/** The flag's name without its one or two dashes, and what stands behind its first `=`. */
export function splitFlag(word: string): { name: string; value?: string } {
  const start = word[1] === "-" ? 2 : 1;
  const equals = word.indexOf("=", start);
  if (equals === -1) return { name: word.slice(start) };
  return { name: word.slice(start, equals), value: word.slice(equals + 1) };
}

/** The one name that `name` is, or that it alone begins; undefined when there is none or more than one. */
export function longName(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return name;
  const matching = name === "" ? [] : names.filter((candidate) => candidate.startsWith(name));
  return matching.length === 1 ? matching[0] : undefined;
}
