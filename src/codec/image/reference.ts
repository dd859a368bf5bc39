/**
 * The name of an image in a registry: `[HOST/]REPOSITORY[:TAG][@DIGEST]`. Short names mean what they mean to Docker:
 * `busybox` is `docker.io/library/busybox:latest`.
 */

import { EXIT, Failure } from "../../spec/failure.ts";
import { DIGEST_WORD, HOSTNAME, REMAINDER } from "./reference-grammar.ts";

export interface Reference {
  /** Host with its port, if any; `docker.io` when none was named. */
  readonly host: string;
  readonly repository: string;
  /** `latest` when neither tag nor digest was named. */
  readonly tag?: string;
  readonly digest?: string;
}

const DOCKER = "docker.io";
const LEGACY_DOCKER = "index.docker.io";
/** Longest host and repository together (distribution specification, "Pulling manifests"). */
const LONGEST_NAME = 255;

/** Reads a reference. Throws `Failure` `reference_invalid` (exit status 2). */
export function parseReference(text: string): Reference {
  const { host, rest } = splitHost(text);
  const found = REMAINDER.exec(rest)?.groups;
  if (found?.path === undefined || (host !== undefined && !HOSTNAME.test(host)))
    throw invalid(text, mendOf(text));
  const named = host === undefined || host === LEGACY_DOCKER ? DOCKER : host;
  const repository = named === DOCKER && !found.path.includes("/") ? `library/${found.path}` : found.path;
  if (named.length + 1 + repository.length > LONGEST_NAME) throw invalid(text, "Use a shorter name.");
  const { tag, digest } = found;
  if (tag === undefined && digest === undefined) return { host: named, repository, tag: "latest" };
  return {
    host: named,
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

/** The reference in full. */
export function referenceText({ host, repository, tag, digest }: Reference): string {
  return `${host}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** Whether a word is `sha256:` and 64 lower-case hex digits. */
function isDigest(word: string): boolean {
  return DIGEST_WORD.test(word);
}

/** As Docker decides it: what stands before the first slash is a host when it cannot be the first part of a path. */
function splitHost(text: string): { host?: string; rest: string } {
  const slash = text.indexOf("/");
  const first = text.slice(0, Math.max(slash, 0));
  const isHost = /[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first;
  return slash > 0 && isHost ? { host: first, rest: text.slice(slash + 1) } : { rest: text };
}

function mendOf(text: string): string {
  const at = text.indexOf("@");
  if (at >= 0 && !isDigest(text.slice(at + 1))) return "A digest is sha256: and 64 lower-case hex digits.";
  return "Write [HOST/]REPOSITORY[:TAG][@DIGEST]; a repository is in lower case.";
}

function invalid(text: string, hint: string): Failure {
  return new Failure("reference_invalid", `read the reference ${JSON.stringify(text)}: it names no image`, {
    hint,
    exitCode: EXIT.usage,
  });
}
