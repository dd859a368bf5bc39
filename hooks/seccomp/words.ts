/** What the options and an annotation may say, and which file they mean. */

import { Failure } from "hookwright/hook";

/** Reads `sha256:DIGEST=FILE`. Throws `Failure` `option_invalid`. */
export function imageProfile(word: string): { digest: string; file: string } {
  const equals = word.indexOf("=");
  const digest = digestOf(word.slice(0, Math.max(0, equals)));
  const file = word.slice(equals + 1);
  if (/^[0-9a-f]{64}$/.test(digest) && file[0] === "/" && !file.split("/").includes(".."))
    return { digest, file };
  throw new Failure(
    "option_invalid",
    `read the options of seccomp: --image ${word} is not sha256:DIGEST=FILE`,
    {
      hint: "give the whole digest, and the file by its whole path",
    },
  );
}

/** The hex digits at the end of `NAME@sha256:…`, `sha256:…` or an image's id. */
export function digestOf(word: string): string {
  return word.slice(word.lastIndexOf(":") + 1);
}

/** The profile of that name in a directory; undefined for what can be no name. An annotation is a stranger's word. */
export function fileOfName(directory: string, name: string): string | undefined {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(name) ? `${directory}/${name}.json` : undefined;
}
