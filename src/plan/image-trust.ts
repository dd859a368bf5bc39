/**
 * Whether hooks of an image are taken: only when a key that the host's configuration names for that image, or for the
 * repository that they are made for, has signed them. What the image says of itself counts for nothing.
 */

import { checkTrusted } from "../linux/trust.ts";
import { isSignedBy, readPublicKey } from "../media/hooks-signature.ts";
import { type CarriedHooks, readImageHooks } from "../media/image-hooks.ts";
import type { Layout } from "../media/layout.ts";
import { Failure } from "../spec/failure.ts";
import type { Descriptor } from "../spec/image.ts";
import type { Configuration, TrustWords } from "./configuration.ts";

/**
 * The hooks that an image carries, when all of them are trusted; `what` names the image in messages. Throws `Failure`
 * `hooks_missing`, `hooks_untrusted`, `key_invalid`, `trust_unsafe`, and those of `readImageHooks`.
 */
export function trustedHooks(
  layout: Layout,
  image: Descriptor,
  { trust, file }: Pick<Configuration, "trust" | "file">,
  what: string,
): CarriedHooks[] {
  if (trust.length > 0) requireSafe(file);
  const carried = readImageHooks(layout, image);
  if (carried.length === 0) {
    throw new Failure("hooks_missing", `take the hooks of ${what}: ${image.digest} carries none`, {
      hint: "add some with `hookwright image hooks add`, or pull the image again with its referrers",
    });
  }
  for (const hooks of carried) if (!isTrusted(hooks, trust)) throw untrusted(hooks, what);
  return carried;
}

/** Whether a key that the configuration names has signed these hooks. Throws `Failure` `key_invalid`, `trust_unsafe`. */
export function isTrusted(hooks: CarriedHooks, trust: readonly TrustWords[]): boolean {
  return trust
    .filter(({ image = hooks.image, repository = hooks.repository }) => {
      return image === hooks.image && repository === hooks.repository;
    })
    .some(({ key }) => {
      requireSafe(key);
      const publicKey = readPublicKey(key);
      return hooks.signatures.some((signature) => isSignedBy(hooks.digest, signature, publicKey));
    });
}

/** A file that decides which hooks run as root is root's. */
function requireSafe(file: string): void {
  const verdict = checkTrusted(file, "data");
  if (verdict.ok) return;
  throw new Failure("trust_unsafe", `read ${file}: ${verdict.message}`, {
    hint: "whoever may change it decides which hooks run as root: chown root and chmod go-w it",
  });
}

function untrusted({ digest, repository, image }: CarriedHooks, what: string): Failure {
  const whom = repository === undefined ? image : `${image} or ${repository}`;
  return new Failure(
    "hooks_untrusted",
    `take the hooks of ${what}: no key that is trusted for ${whom} has signed ${digest}`,
    {
      hint: "name the signer's public key under images.trust in hookwright.yaml, if you want its hooks to run as root",
    },
  );
}
