/**
 * A definition: what hook runs, when, at which stages, under which guard (DESIGN section 5). A Podman/CRI-O `hooks.d`
 * 1.0.0 or 0.1.0 file becomes one with the meaning that go.podman.io/common/pkg/hooks gives it. This is the normal
 * form: what a reader makes of a file after its defaults and synonyms are resolved.
 */

import type { Stage } from "./stage.ts";

/** `when`, as in hooks.d 1.0.0. Patterns are RE2, unanchored. Absent means "says nothing". */
export interface When {
  always?: boolean;
  /** Each pair needs one annotation whose key matches the key pattern and whose value matches the value pattern. */
  annotations?: { [keyPattern: string]: string };
  /** Any of them matches process.args[0]. */
  commands?: string[];
  hasBindMounts?: boolean;
  /** 0.1.0 files: any condition that holds is enough. 1.0.0 files and ours: all that are set must hold. */
  anyOf?: boolean;
  /** 0.1.0 files: `annotations` there is a list of value patterns; a match of any annotation's value. */
  annotationValues?: string[];
  /** Trusted Kubernetes namespaces; enforced by the injector and again by the guard. */
  namespaces?: string[];
  /** Images that the hook was tested with: `sha256:…` or `NAME[:TAG]@sha256:…`; enforced by the injector and the guard. */
  images?: string[];
  /** Sandbox containers of pods, which definitions are not matched against otherwise. */
  sandbox?: boolean;
}

export interface HookProgram {
  /** Absolute path on the host. */
  path: string;
  /** The whole argv, argv[0] included; absent means [path]. */
  args?: string[];
  /** The whole environment of the hook; absent means empty. */
  env?: string[];
  /** Seconds, 1 to 30; absent means 10. */
  timeout?: number;
}

/** The vocabulary of CDI 1.1 `containerEdits`, plus what OCI has and CDI lacks. */
export interface Edits {
  /** `NAME=value`: set, replacing a variable of that name in place. */
  env?: string[];
  /** Names to take out of the environment. */
  removeEnv?: string[];
  mounts?: { hostPath: string; containerPath: string; type?: string; options?: string[] }[];
  deviceNodes?: {
    path: string;
    hostPath?: string;
    type?: string;
    major?: number;
    minor?: number;
    fileMode?: number;
    permissions?: string;
    uid?: number;
    gid?: number;
  }[];
  /** A profile in OCI form, put in place of linux.seccomp; `{ file }` in a definition is read by `apply`. */
  seccomp?: { profile: { [key: string]: unknown } } | { file: string };
  annotations?: { [key: string]: string };
  additionalGids?: number[];
  rlimits?: { type: string; soft: number; hard: number }[];
}

/** Recording a container's system calls, and the seccomp profile that is made of them when it stops. */
export interface RecordWish {
  /** A name below the directory of profiles, or an absolute path; absent means the definition's name. */
  profile?: string;
  /** What to record besides the calls; each costs something. */
  details?: ("refused" | "arguments" | "capabilities" | "files" | "addresses")[];
  /** Absolute path of a profile to extend. */
  base?: string;
  /** `merge`: together with what was recorded for this profile before. Absent means `replace`. */
  mode?: "merge" | "replace";
  /** Whose dialect the profile is in; absent means `docker`. */
  format?: "oci" | "docker" | "podman";
  /**
   * Under which filter the container runs meanwhile. `permissive`, when absent: one that allows everything, which makes the
   * recording exact. `own`: its own, for one that must not lose its protection.
   */
  filter?: "permissive" | "own";
}

export interface GuardPolicy {
  /** `sha256:<hex>` of the program; pinned by `apply` when absent. */
  digest?: string;
  onFailure?: "stop" | "continue";
  /** Bytes of stdout and of stderr that are kept, each; absent means 4096. */
  output?: number;
  /** Whether a process may outlive the hook; a number is its maximum lifetime in seconds (true: 3600). */
  allowDetach?: boolean | number;
  /** For scripts: `pin` (its digest is fixed by `apply`), `sha256:<hex>`, or `trust` (owner and modes only). */
  interpreter?: string;
}

export interface Definition {
  /** File name, or `name` when the definition has one; shown everywhere. */
  name: string;
  /** Where it was read from. */
  file: string;
  /** Absent when the definition has only edits. */
  hook?: HookProgram;
  when: When;
  stages: Stage[];
  edits?: Edits;
  /** Instead of a hook of its own: the recorder is the hook. */
  record?: RecordWish;
  /** Instead of a hook of its own: all that an image carries, for the containers that `when` chooses. */
  source?: { image: string };
  guard: GuardPolicy;
  /** Where ours go among hooks that are already in config.json. */
  position: "append" | "prepend";
}
