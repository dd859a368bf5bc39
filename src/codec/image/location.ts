/** Where an image is: `oci:PATH:TAG`, `docker://HOST/REPOSITORY:TAG` and their like, as skopeo and podman write them. */

import { EXIT, Failure } from "../../spec/failure.ts";
import { parseReference, type Reference, referenceText } from "./reference.ts";
import { cutTag, isTag } from "./tag.ts";

export type Location =
  /** A layout directory. */
  | { readonly kind: "oci"; readonly path: string; readonly tag?: string }
  /** A layout in one tar file. */
  | { readonly kind: "oci-archive"; readonly path: string; readonly tag?: string }
  /** What `docker save` writes and `docker load` reads. */
  | { readonly kind: "docker-archive"; readonly path: string; readonly reference?: Reference }
  /** A Docker engine's own store; an image there may also be named by its id. */
  | { readonly kind: "docker-daemon"; readonly name: string }
  | { readonly kind: "docker"; readonly reference: Reference };

const FORMS =
  "Write docker://HOST/REPOSITORY:TAG, oci:PATH:TAG, oci-archive:FILE[:TAG], docker-archive:FILE[:NAME] or docker-daemon:NAME.";

/** Reads a location. Throws `Failure` `location_invalid` or `reference_invalid` (exit status 2). */
export function parseLocation(text: string): Location {
  const colon = text.indexOf(":");
  const kind = text.slice(0, Math.max(colon, 0));
  const rest = text.slice(colon + 1);
  switch (kind) {
    case "docker":
      if (!rest.startsWith("//")) throw invalid(text, "Write docker://HOST/REPOSITORY:TAG.");
      return { kind, reference: parseReference(rest.slice(2)) };
    case "oci":
    case "oci-archive": {
      const [path, tag] = pathAndName(text, rest);
      if (tag !== undefined && !isTag(tag)) throw invalid(text, `${JSON.stringify(tag)} can be no tag.`);
      return { kind, path, ...(tag !== undefined && { tag }) };
    }
    case "docker-archive": {
      const [path, name] = pathAndName(text, rest);
      return { kind, path, ...(name !== undefined && { reference: parseReference(name) }) };
    }
    case "docker-daemon":
      return { kind, name: /^sha256:[0-9a-f]{64}$/.test(rest) ? rest : referenceText(parseReference(rest)) };
    default:
      throw invalid(text, FORMS);
  }
}

function pathAndName(text: string, rest: string): [path: string, name: string | undefined] {
  const { path, tag: name } = cutTag(rest);
  if (path === "" || name === "") throw invalid(text, FORMS);
  return [path, name];
}

function invalid(text: string, hint: string): Failure {
  return new Failure("location_invalid", `read the location ${JSON.stringify(text)}: it names no image`, {
    hint,
    exitCode: EXIT.usage,
  });
}
