/** `images` in the host configuration: how registries are reached, and whose hooks images may carry. */

import * as v from "valibot";
import { absolutePath, described, sha256 } from "./words.ts";

const host = v.pipe(
  v.string(),
  v.regex(/^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?$/, "must be a host, with its port if any"),
);
const repository = v.pipe(
  v.string(),
  v.regex(/^[^/\s]+(?:\/[a-z0-9._-]+)+$/, "must be HOST/REPOSITORY, without a tag"),
);

const registry = v.strictObject({
  mirrors: v.exactOptional(
    described(
      "Hosts, with a path in front of the repository if need be, that are asked first when an image is read.",
      v.array(v.pipe(v.string(), v.regex(/^[^/\s]+(?:\/[a-z0-9._-]+)*$/, "must be HOST or HOST/PATH"))),
    ),
  ),
  plainHttp: v.exactOptional(described("Whether it is spoken to without TLS.", v.boolean())),
  certDir: v.exactOptional(
    described("Directory of *.crt authorities, and of *.cert and *.key of our own.", absolutePath),
  ),
});

const key = described("File of the public key, PEM: Ed25519 or ECDSA.", absolutePath);

const trust = v.pipe(
  v.strictObject({
    image: v.exactOptional(described("Digest of the image's manifest.", sha256)),
    repository: v.exactOptional(described("HOST/REPOSITORY that the hooks are made for.", repository)),
    key,
  }),
  v.check(
    (value) => value.image !== undefined || value.repository !== undefined,
    "must say for which image or repository the key speaks",
  ),
);

export const imagesSchema = v.strictObject({
  registries: v.exactOptional(described("By host.", v.record(host, registry))),
  trust: v.exactOptional(
    described(
      "Whose hooks are taken from images: those that the key has signed, for this image or this repository.",
      v.array(trust),
    ),
  ),
});
