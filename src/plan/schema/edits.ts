/** `edits`: the vocabulary of CDI 1.1 `containerEdits`, and what OCI has and CDI lacks. */

import * as v from "valibot";
import { absolutePath, described, envName, envWord, whole, word } from "./words.ts";

const mount = v.strictObject({
  hostPath: described(
    "What is mounted: a path on the host, or a file-system name such as tmpfs.",
    v.pipe(word, v.nonEmpty()),
  ),
  containerPath: described("Where, inside the container.", absolutePath),
  type: v.exactOptional(described("File-system type; a bind mount when absent.", v.pipe(word, v.nonEmpty()))),
  options: v.exactOptional(
    described("Mount options, such as ro, nosuid, nodev.", v.array(v.pipe(word, v.nonEmpty()))),
  ),
});

const deviceNode = v.strictObject({
  path: described("Where the node is, inside the container.", absolutePath),
  hostPath: v.exactOptional(
    described("The host's node to copy type and numbers from; `path` when absent.", absolutePath),
  ),
  type: v.exactOptional(
    described(
      "b block, c or u character, p FIFO.",
      v.pipe(v.string(), v.regex(/^[bcup]$/, "must be b, c, u or p")),
    ),
  ),
  major: v.exactOptional(whole(0)),
  minor: v.exactOptional(whole(0)),
  fileMode: v.exactOptional(described("Permission bits, in decimal as OCI has them.", whole(0, 0o7777))),
  permissions: v.exactOptional(
    described(
      "What the container's cgroup allows: letters of rwm, or none.",
      v.pipe(v.string(), v.regex(/^(r?w?m?|none)$/, "must be letters of rwm in this order, or none")),
    ),
  ),
  uid: v.exactOptional(whole(0)),
  gid: v.exactOptional(whole(0)),
});

const rlimit = v.pipe(
  v.strictObject({
    type: v.pipe(v.string(), v.regex(/^RLIMIT_[A-Z]+$/, "must be a name such as RLIMIT_NOFILE")),
    soft: whole(0),
    hard: whole(0),
  }),
  v.check(({ soft, hard }) => soft <= hard, "`soft` must not be above `hard`"),
);

const seccomp = v.union(
  [
    v.strictObject({
      file: described("A profile in OCI form; `apply` reads it and pins what it read.", absolutePath),
    }),
    v.strictObject({ profile: described("A profile in OCI form.", v.record(v.string(), v.unknown())) }),
  ],
  "must be { file: /path } or { profile: {…} }",
);

export const editsSchema = v.strictObject({
  env: v.exactOptional(
    described("NAME=value: sets a variable, replacing one of that name in place.", v.array(envWord)),
  ),
  removeEnv: v.exactOptional(described("Names to take out of the environment.", v.array(envName))),
  mounts: v.exactOptional(described("Mounts to add; one at the same place is replaced.", v.array(mount))),
  deviceNodes: v.exactOptional(described("Devices to add, each with its cgroup rule.", v.array(deviceNode))),
  seccomp: v.exactOptional(described("Replaces the container's seccomp profile.", seccomp)),
  annotations: v.exactOptional(
    described("Annotations to set.", v.record(v.pipe(v.string(), v.nonEmpty()), v.string())),
  ),
  additionalGids: v.exactOptional(
    described("Supplementary groups to add; 0 is ignored.", v.array(whole(0, 0xffffffff))),
  ),
  rlimits: v.exactOptional(described("Resource limits to set, by type.", v.array(rlimit))),
});
