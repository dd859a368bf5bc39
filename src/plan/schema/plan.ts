/** The shapes that `apply` writes: the plan and the entry. Published for those who read them; readers check by digest. */

import * as v from "valibot";
import { STAGES } from "../../spec/stage.ts";
import { editsSchema } from "./edits.ts";
import { described, hex, whole } from "./words.ts";

const matcher = v.union([
  v.strictObject({ kind: v.literal("any") }),
  v.strictObject({ kind: v.picklist(["equals", "prefix", "suffix", "contains"]), text: v.string() }),
  v.strictObject({ kind: v.picklist(["js", "re2"]), source: v.string() }),
]);

const sourced = v.strictObject({ matcher, source: v.string() });

const onFailure = v.picklist(["stop", "continue"]);

const images = v.array(
  v.strictObject({
    digest: v.string(),
    repository: v.exactOptional(v.string()),
    tag: v.exactOptional(v.string()),
    source: v.string(),
  }),
);

const when = v.strictObject({
  always: v.exactOptional(v.boolean()),
  annotations: v.exactOptional(
    v.array(v.strictObject({ key: matcher, value: matcher, source: v.tuple([v.string(), v.string()]) })),
  ),
  commands: v.exactOptional(v.array(sourced)),
  hasBindMounts: v.exactOptional(v.boolean()),
  anyOf: v.exactOptional(v.boolean()),
  annotationValues: v.exactOptional(v.array(sourced)),
  namespaces: v.exactOptional(v.array(v.string())),
  images: v.exactOptional(images),
  sandbox: v.exactOptional(v.literal(true)),
});

const planned = v.strictObject({
  name: v.string(),
  file: described("The definition file, for messages.", v.string()),
  when: described("Which containers, with compiled patterns.", when),
  stages: v.array(v.picklist(STAGES)),
  position: v.picklist(["append", "prepend"]),
  onFailure,
  timeout: v.exactOptional(described("Seconds; the runtime's own backstop is this plus 5.", whole(1, 30))),
  entry: v.exactOptional(described("Digest of the entry in the store; absent with only edits.", hex)),
  hook: v.exactOptional(described("Digest of the hook program in the store.", hex)),
  interpreter: v.exactOptional(described("Digest of a pinned interpreter in the store.", hex)),
  edits: v.exactOptional(editsSchema),
});

export const planSchema = v.strictObject({
  version: v.literal(1),
  generation: described("Counts up by one with each `apply` that changed something.", whole(1)),
  created: described("RFC 3339, UTC.", v.pipe(v.string(), v.isoTimestamp())),
  guard: described("Digest of the host program in the store.", hex),
  runtime: v.exactOptional(
    described("Real runtime for a wrapper whose name does not say which.", v.string()),
  ),
  definitions: described("In the order in which they are applied.", v.array(planned)),
  image: v.exactOptional(
    described("Digest of the image whose hooks come last, in a plan that is one bundle's.", v.string()),
  ),
});

export const entrySchema = v.strictObject({
  version: v.literal(1),
  name: v.string(),
  path: described("The path that the definition named; what runs is the store's copy.", v.string()),
  hook: described("Digest of the program: a file beside the entry.", hex),
  args: v.array(v.string()),
  env: v.array(v.string()),
  timeout: described("Seconds.", whole(1, 30)),
  onFailure,
  output: described("Bytes of stdout and of stderr that are kept, each.", whole(0)),
  detach: described("Longest life in seconds of a process that outlives the hook; 0 forbids it.", whole(0)),
  interpreter: v.exactOptional(
    v.strictObject({ path: v.string(), args: v.array(v.string()), digest: v.exactOptional(hex) }),
  ),
  namespaces: v.exactOptional(v.array(v.string())),
  images: v.exactOptional(images),
  budget: described("Seconds that all hooks of one container may take together.", whole(1)),
  events: v.strictObject({
    journald: v.exactOptional(v.boolean()),
    syslog: v.exactOptional(v.boolean()),
    maxBytes: whole(0),
    keep: whole(0),
  }),
});
