/**
 * A seccomp profile from a file: the OCI runtime's, Docker's or Podman's. They share most of their fields, so a profile is
 * read as all three, and what only one of them has says which it is.
 */

import type { Json, JsonObject } from "../../spec/runtime-config.ts";
import type { SeccompProfile } from "../../spec/seccomp.ts";
import { ACTIONS } from "./actions.ts";
import { ARCHITECTURES } from "./actions-architectures.ts";
import { type Document, Fields, type Path } from "./read-fields.ts";
import { isAbsent, readErrno, readRule } from "./read-rule.ts";

/**
 * `docker` is what Docker and containerd read, and Podman too but for minKernel; `podman` has errno values by name, which
 * Docker ignores.
 */
export type ProfileFormat = "oci" | "docker" | "podman";

export interface ReadProfile {
  profile: SeccompProfile;
  format: ProfileFormat;
}

/**
 * Reads a profile that strict JSON (`readJson`) has parsed. Fields that we do not know survive; `name` becomes `names`,
 * and null is left out. A rule without names is let through, for `lint` to tell. Throws a `Failure` `profile_invalid`:
 * `read FILE:LINE:COLUMN: /syscalls/0/action: …`.
 */
export function readProfile(document: Document): ReadProfile {
  const fields = new Fields(document, "profile_invalid");
  const root = fields.object(document.value, []);
  if (root.defaultAction === undefined) refuseOther(root, fields);
  const { defaultErrnoRet, defaultErrno, architectures, archMap, flags, listenerPath, syscalls, ...rest } =
    root;
  const list = fields.texts(architectures, ["architectures"]);
  const map = fields.list(archMap, ["archMap"]);
  if ((list?.length ?? 0) > 0 && (map?.length ?? 0) > 0)
    fields.refuse(["archMap"], "architectures is there too, and engines refuse both", "Keep one of the two.");
  list?.forEach((one, i) => {
    fields.oneOf(one, ["architectures", i], ARCHITECTURES);
  });
  const rules = fields
    .list(syscalls, ["syscalls"])
    ?.map((rule, i) => readRule(rule, ["syscalls", i], fields));
  const profile: SeccompProfile = {
    ...rest,
    defaultAction: fields.oneOf(root.defaultAction, ["defaultAction"], ACTIONS),
    ...(isAbsent(defaultErrnoRet)
      ? {}
      : { defaultErrnoRet: fields.whole(defaultErrnoRet, ["defaultErrnoRet"], 0xffff) }),
    ...(isAbsent(defaultErrno) ? {} : { defaultErrno: readErrno(defaultErrno, ["defaultErrno"], fields) }),
    ...(list === undefined ? {} : { architectures: list }),
    ...(map === undefined
      ? {}
      : { archMap: map.map((entry, i) => readEntry(entry, ["archMap", i], fields)) }),
    ...(isAbsent(flags) ? {} : { flags: fields.texts(flags, ["flags"]) ?? [] }),
    ...(isAbsent(listenerPath) ? {} : { listenerPath: fields.text(listenerPath, ["listenerPath"]) }),
    ...(rules === undefined ? {} : { syscalls: rules }),
  };
  return { profile, format: formatOf(profile, root) };
}

/** What people give by mistake, named. */
function refuseOther(root: JsonObject, fields: Fields): never {
  if ("ociVersion" in root)
    fields.refuse(
      [],
      "is a runtime configuration, not a seccomp profile",
      "Give its linux.seccomp as a file.",
    );
  if ("calls" in root && "boundary" in root)
    fields.refuse([], "is a recording, not a seccomp profile", "Make a profile of it first.");
  return fields.refuse([], "is no seccomp profile: it has no defaultAction", "Add a defaultAction.");
}

function readEntry(value: Json, path: Path, fields: Fields): NonNullable<SeccompProfile["archMap"]>[number] {
  const { architecture, subArchitectures, ...rest } = fields.object(value, path);
  const subs = fields.texts(subArchitectures, [...path, "subArchitectures"]);
  subs?.forEach((one, i) => {
    fields.oneOf(one, [...path, "subArchitectures", i], ARCHITECTURES);
  });
  return {
    ...rest,
    architecture: fields.oneOf(architecture, [...path, "architecture"], ARCHITECTURES),
    ...(subs === undefined ? {} : { subArchitectures: subs }),
  };
}

function formatOf(profile: SeccompProfile, root: JsonObject): ProfileFormat {
  const rules = profile.syscalls ?? [];
  const byName = [profile.defaultErrno, ...rules.map(({ errno }) => errno)].some(
    (name) => (name ?? "") !== "",
  );
  const kernels = rules.some(
    ({ includes, excludes }) => (includes?.minKernel ?? excludes?.minKernel) !== undefined,
  );
  if (byName && !kernels) return "podman";
  const written = Array.isArray(root.syscalls) ? root.syscalls : [];
  const extended = ["name", "comment", "includes", "excludes"];
  const own = written.some(
    (rule) => typeof rule === "object" && rule !== null && extended.some((field) => field in rule),
  );
  return own || kernels || profile.archMap !== undefined ? "docker" : "oci";
}
