/** The shape of a line of `events.jsonl`: what a shipper, a dashboard or a test may rely on. */

import * as v from "valibot";
import { STAGES } from "../../spec/stage.ts";
import { described, sha256, whole } from "./words.ts";

const tail = v.object({
  bytes: described("Bytes that the hook wrote in all.", whole(0)),
  tail: described("The last of them.", v.string()),
});

const base = {
  v: v.literal(1),
  run: described("UUIDv7, the same on the start line and the end line.", v.string()),
  ts: described("RFC 3339, UTC, with nanoseconds.", v.string()),
  hook: v.object({ name: v.string(), path: v.string(), digest: sha256 }),
  stage: v.picklist(STAGES),
  container: v.object({ id: v.string(), bundle: v.string(), pid: v.exactOptional(whole(0)) }),
  plan: described("Digest of the plan that injected this run.", sha256),
  engine: v.exactOptional(v.string()),
  runtime: v.exactOptional(v.string()),
  host: v.string(),
  boot: v.string(),
  namespace: v.exactOptional(v.object({ name: v.string(), source: v.string() })),
  spooled: v.exactOptional(described("Set on lines that came from inside a container.", v.boolean())),
};

const milliseconds = v.pipe(v.number(), v.minValue(0));

export const eventSchema = v.variant("kind", [
  v.object({
    kind: v.literal("start"),
    ...base,
    argv: v.array(v.string()),
    limit_ms: milliseconds,
    guard_pid: whole(0),
  }),
  v.object({
    kind: v.literal("end"),
    ...base,
    result: v.picklist(["ok", "fail", "timeout", "denied", "error"]),
    reason: v.exactOptional(described("A stable code that says why the result is not ok.", v.string())),
    message: v.exactOptional(described("One sentence for a person.", v.string())),
    exit: v.exactOptional(described("Exit status of the hook.", whole(0, 255))),
    signal: v.exactOptional(described("Signal number that ended it.", whole(1, 64))),
    dur_ms: milliseconds,
    limit_ms: milliseconds,
    onFailure: v.picklist(["stop", "continue"]),
    stdout: tail,
    stderr: tail,
    killed: v.exactOptional(described("Processes of the hook's tree that had to be killed.", whole(0))),
    rusage: v.exactOptional(
      v.object({ user_ms: milliseconds, system_ms: milliseconds, max_rss_kb: whole(0) }),
    ),
    tree: v.exactOptional(described("cgroup or subreaper: how the tree was held.", v.string())),
    dropped: v.exactOptional(described("Events lost before this one.", whole(0))),
  }),
]);
