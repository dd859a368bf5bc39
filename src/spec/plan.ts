/**
 * The plan: all definitions of a host, checked, with digests pinned and patterns compiled, written by `apply` and read
 * by the injectors (DESIGN sections 1 and 5). What the guard needs of one definition is its entry: a canonical JSON
 * document of its own in the store, named by its digest, so the runtime's copy of config.json pins it.
 */

import type { Edits } from "./definition.ts";
import type { Stage } from "./stage.ts";

/** Lower-case hex SHA-256, 64 characters, without the `sha256:` prefix: the name of a file in the store. */
export type Hex = string;

/** Whether a word is lower-case hex of that length: a SHA-256, unless said otherwise. */
export function isHex(word: string, length = 64): word is Hex {
  // One call instead of one for each character. The digit behind the word keeps white space from being trimmed.
  return word.length === length && word === word.toLowerCase() && !Number.isNaN(Number(`0x${word}0`));
}

/**
 * A compiled pattern. Literal kinds need no engine; `js` holds a source for which the platform's RegExp gives RE2's
 * answer in linear time; only `re2` needs the library.
 */
export type Matcher =
  | { kind: "any" }
  | { kind: "equals" | "prefix" | "suffix" | "contains"; text: string }
  | { kind: "js"; source: string }
  | { kind: "re2"; source: string };

export interface CompiledWhen {
  always?: boolean;
  annotations?: { key: Matcher; value: Matcher; source: [key: string, value: string] }[];
  commands?: { matcher: Matcher; source: string }[];
  hasBindMounts?: boolean;
  anyOf?: boolean;
  annotationValues?: { matcher: Matcher; source: string }[];
  namespaces?: string[];
  images?: TestedImage[];
  sandbox?: true;
}

/** An image that a hook was tested with. */
export interface TestedImage {
  /** `sha256:…` of its index, its manifest or its configuration. */
  digest: string;
  /** `HOST/REPOSITORY`, when the definition gives the image's name. */
  repository?: string;
  tag?: string;
  /** As the definition says it. */
  source: string;
}

export interface PlannedDefinition {
  name: string;
  /** The definition file, for messages. */
  file: string;
  when: CompiledWhen;
  stages: Stage[];
  position: "append" | "prepend";
  onFailure: "stop" | "continue";
  /** Seconds; the runtime's own backstop is written as this plus 5. Absent when there is no hook. */
  timeout?: number;
  /** Digest of the entry; absent when the definition has only edits. */
  entry?: Hex;
  /** Digest of the hook program. */
  hook?: Hex;
  /** Digest of a pinned interpreter, also mounted for startContainer. */
  interpreter?: Hex;
  edits?: Edits;
}

export interface Plan {
  version: 1;
  /** Counts up by one with each `apply` that changed something. */
  generation: number;
  /** RFC 3339, UTC. */
  created: string;
  /** Digest of the host program in the store: the file that is written as the guard's path. */
  guard: Hex;
  /** Real runtime for a wrapper whose name does not say which. */
  runtime?: string;
  /** Definitions in the order in which they are applied: by lower-cased file name. */
  definitions: PlannedDefinition[];
  /** `sha256:…` of the image whose hooks come last; only in a plan that is one bundle's. */
  image?: string;
}

/** Where events go besides the file. */
export interface EventSinks {
  journald?: boolean;
  syslog?: boolean;
  /** Rotate the file when it would grow past this many bytes. */
  maxBytes: number;
  /** Rotated files that are kept. */
  keep: number;
}

/** What the guard reads to run one hook. Canonical JSON; its SHA-256 is its file name in the store. */
export interface Entry {
  version: 1;
  name: string;
  /** The path that the definition named, for messages and events; what runs is the store's copy. */
  path: string;
  /** Digest of the program: a file beside this entry. */
  hook: Hex;
  args: string[];
  env: string[];
  /** Seconds. */
  timeout: number;
  onFailure: "stop" | "continue";
  output: number;
  /** Maximum lifetime in seconds of a process that outlives the hook; 0 forbids it. */
  detach: number;
  /** A script's interpreter, with the words of its `#!` line after the path; `digest` absent means `trust`. */
  interpreter?: { path: string; args: string[]; digest?: Hex };
  namespaces?: string[];
  images?: TestedImage[];
  /** Seconds that all hooks of one container may take together. */
  budget: number;
  events: EventSinks;
}
