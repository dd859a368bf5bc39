/**
 * The shape of a definition file: hooks.d 1.0.0 with Hookwright's own fields, and hooks.d 0.1.0. These schemas check
 * structure and describe it to editors; what a value means in its context is the business of src/plan/lint.
 */

import * as v from "valibot";
import { STAGES } from "../../spec/stage.ts";
import { editsSchema } from "./edits.ts";
import { described, envWord, NAME, PROFILE, sha256, whole, word } from "./words.ts";

/** Seconds that a hook may take. */
export const TIMEOUT = { least: 1, most: 30, usual: 10 } as const;

const schemaUrl = v.exactOptional(described("The JSON Schema of this file, for editors.", v.string()));
const pattern = v.string("must be a pattern in quotes");

const hook = v.strictObject({
  path: described(
    "The program, an absolute path on the host.",
    v.pipe(word, v.nonEmpty("must name a program")),
  ),
  args: v.exactOptional(
    described("The whole argument list, the program's name first; [path] when absent.", v.array(word)),
  ),
  env: v.exactOptional(described("The whole environment of the hook; empty when absent.", v.array(envWord))),
  timeout: v.exactOptional(
    described("Seconds that the hook may take; 10 when absent.", whole(TIMEOUT.least, TIMEOUT.most)),
  ),
});

const when = v.strictObject({
  always: v.exactOptional(described("true matches every container, false none.", v.boolean())),
  annotations: v.exactOptional(
    described(
      "Pairs of patterns (RE2, not anchored): each needs one annotation whose key and value match.",
      v.record(v.string(), pattern),
    ),
  ),
  commands: v.exactOptional(
    described("Patterns, of which one must match process.args[0].", v.array(pattern)),
  ),
  hasBindMounts: v.exactOptional(
    described("true: only containers with bind mounts; false matches none.", v.boolean()),
  ),
  namespaces: v.exactOptional(
    described(
      "Trusted Kubernetes namespaces that the hook is meant for.",
      v.pipe(
        v.array(
          v.pipe(v.string(), v.regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, "must be a namespace's name")),
        ),
        v.nonEmpty("must name a namespace"),
      ),
    ),
  ),
  images: v.exactOptional(
    described(
      "Images that the hook was tested with, sha256:… or NAME[:TAG]@sha256:…; a container of another one is refused.",
      v.pipe(
        v.array(
          v.pipe(
            v.string(),
            v.regex(/^(?:[^@\s]+@)?sha256:[0-9a-f]{64}$/, "must be sha256:… or NAME[:TAG]@sha256:…"),
          ),
        ),
        v.nonEmpty("must name an image"),
      ),
    ),
  ),
  sandbox: v.exactOptional(
    described(
      "true: the sandbox containers of pods, and no others; they are left alone otherwise.",
      v.boolean(),
    ),
  ),
});

const guard = v.strictObject({
  digest: v.exactOptional(described("Digest of the program; pinned by `apply` when absent.", sha256)),
  onFailure: v.exactOptional(
    described(
      "What a failing hook does to the container; stop when absent.",
      v.picklist(["stop", "continue"]),
    ),
  ),
  output: v.exactOptional(
    described("Bytes of stdout and of stderr that are kept, each; 4096 when absent.", whole(0, 1048576)),
  ),
  allowDetach: v.exactOptional(
    described(
      "Whether a process may outlive the hook; a number is its longest life in seconds.",
      v.union([v.boolean(), whole(1, 86400)], "must be true, false or a number of seconds up to 86400"),
    ),
  ),
  interpreter: v.exactOptional(
    described(
      "For a script: pin (fix its interpreter's digest), trust (owner and modes only), or the digest.",
      v.union([v.picklist(["pin", "trust"]), sha256], "must be pin, trust or sha256:…"),
    ),
  ),
});

const record = v.strictObject({
  profile: v.exactOptional(
    described(
      "Where the profile goes: a name below the directory of profiles, or an absolute path; the definition's name when absent.",
      v.pipe(v.string(), v.regex(PROFILE, "must be a name, or an absolute path that ends in .json")),
    ),
  ),
  details: v.exactOptional(
    described(
      "What to record besides the system calls.",
      v.array(v.picklist(["refused", "arguments", "capabilities", "files", "addresses"])),
    ),
  ),
  base: v.exactOptional(
    described(
      "A profile to extend, an absolute path.",
      v.pipe(v.string(), v.startsWith("/", "must be an absolute path")),
    ),
  ),
  mode: v.exactOptional(
    described(
      "merge: together with what was recorded before; replace when absent.",
      v.picklist(["merge", "replace"]),
    ),
  ),
  format: v.exactOptional(
    described(
      "Whose dialect the profile is in; docker when absent.",
      v.picklist(["oci", "docker", "podman"]),
    ),
  ),
  filter: v.exactOptional(
    described(
      "The filter that the container runs under meanwhile: permissive allows everything and makes the recording exact; own is its own.",
      v.picklist(["permissive", "own"]),
    ),
  ),
});

export const definitionSchema = v.strictObject({
  $schema: schemaUrl,
  version: described("The format's version.", v.literal("1.0.0")),
  name: v.exactOptional(
    described(
      "What the definition is called; the file's name without its suffix when absent.",
      v.pipe(v.string(), v.regex(NAME, "must be letters, digits, dots, dashes and underscores")),
    ),
  ),
  hook: v.exactOptional(described("The program that runs.", hook)),
  when: v.exactOptional(described("Which containers; all that is set must hold.", when)),
  stages: v.exactOptional(
    described("When in a container's life; a definition with a hook needs it.", v.array(v.picklist(STAGES))),
  ),
  edits: v.exactOptional(described("What changes in the container before it is created.", editsSchema)),
  record: v.exactOptional(
    described("Record the container's system calls, and write a seccomp profile when it stops.", record),
  ),
  source: v.exactOptional(
    described(
      "Take hooks from an image that carries them, in place of one's own; the host's configuration says whose are trusted.",
      v.strictObject({
        image: described(
          "The image in a layout of this host, oci:PATH:TAG.",
          v.pipe(v.string(), v.regex(/^oci:\/[^\0:]+(?::[^\0]+)?$/, "must be oci:/PATH:TAG")),
        ),
      }),
    ),
  ),
  guard: v.exactOptional(described("How the hook is held while it runs.", guard)),
  position: v.exactOptional(
    described("Where the hook goes among those that are there already.", v.picklist(["append", "prepend"])),
  ),
});

const list = (text: string) => v.exactOptional(described(text, v.array(v.string())));

/** hooks.d 0.1.0: each of three fields has a synonym, and only one of the two may be set. */
export const legacySchema = v.strictObject({
  $schema: schemaUrl,
  version: v.exactOptional(described("The format's version; absent means 0.1.0.", v.picklist(["0.1.0", ""]))),
  hook: described(
    "The program, an absolute path on the host.",
    v.pipe(word, v.nonEmpty("must name a program")),
  ),
  arguments: v.exactOptional(described("Arguments after the program's name.", v.array(word))),
  stages: v.exactOptional(described("When in a container's life.", v.array(v.picklist(STAGES)))),
  stage: v.exactOptional(described("The same as stages.", v.array(v.picklist(STAGES)))),
  cmds: list("Patterns, of which one must match process.args[0]."),
  cmd: list("The same as cmds."),
  annotations: list("Patterns, of which one must match the value of an annotation."),
  annotation: list("The same as annotations."),
  hasbindmounts: v.exactOptional(described("Matches containers with bind mounts.", v.boolean())),
});

export type DefinitionFile = v.InferOutput<typeof definitionSchema>;
export type LegacyFile = v.InferOutput<typeof legacySchema>;
