/**
 * `when.images`: the image versions that a hook was tested with. The other conditions choose containers; of those, one
 * that was made of another image is refused, and so is one whose engine cannot be trusted to say what it was made of. An
 * image that is given with its name also concerns all containers of that name, so a tag that was moved is refused. Where
 * `images` is the only condition, containers of other images are left alone.
 */

import { EXIT, Failure } from "../../spec/failure.ts";
import { isHex, type TestedImage } from "../../spec/plan.ts";
import type { Origin } from "./origin.ts";

/**
 * Whether a container is made of one of the images. `chosen`: other conditions hold, or the hook is in the container
 * already. Throws `Failure` `image_mismatch` and `image_unknown` (126) for one that must not go on without the hook.
 */
export function isTested(images: readonly TestedImage[], origin: Origin, chosen: boolean): boolean {
  const { digests, name } = origin;
  if (digests?.some((digest) => images.some((image) => image.digest === digest))) return true;
  const called = name === undefined ? undefined : nameOf(name);
  if (!chosen && !images.some((image) => concerns(image, called, digests !== undefined))) return false;
  const tested = images.map(({ source }) => source).join(", ");
  if (digests === undefined) {
    throw new Failure(
      "image_unknown",
      `tell whether the container's image is one of ${tested}: ${origin.why}`,
      {
        hint: "docs/engines.md says which engine tells the digest, and how",
        exitCode: EXIT.refused,
      },
    );
  }
  const what = `${name ?? "the container's image"} is ${digests.join(", ")}`;
  throw new Failure("image_mismatch", `run with the images ${tested} only: ${what}`, {
    hint: "test the hook with this image, then add its digest to when.images and run `hookwright apply`",
    exitCode: EXIT.refused,
  });
}

/** Whether a container could have been meant by this image, although its digest is another one or not known. */
function concerns(image: TestedImage, called: Called | undefined, known: boolean): boolean {
  if (image.repository === undefined || called === undefined) return !known;
  if (called.repository !== image.repository) return false;
  return image.tag === undefined || called.tag === undefined || image.tag === called.tag;
}

interface Called {
  repository: string;
  tag?: string;
}

/**
 * An image's name as engines take it (`parseReference` without a pattern, which the wrapper has no time for); undefined for one that
 * was named by its id. Without a tag and with a digest it is any tag's.
 */
function nameOf(text: string): Called | undefined {
  const at = text.indexOf("@");
  const name = at < 0 ? text : text.slice(0, at);
  const byId: boolean = name.startsWith("sha256:") || isHex(name);
  if (byId) return undefined;
  const slash = name.indexOf("/");
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  const path = colon < 0 ? name : name.slice(0, colon);
  const first = name.slice(0, Math.max(slash, 0));
  const hosted = first.includes(".") || first.includes(":") || first === "localhost";
  const repository = hosted ? path : `docker.io/${slash < 0 ? "library/" : ""}${path}`;
  if (colon < 0) return at < 0 ? { repository, tag: "latest" } : { repository };
  return { repository, tag: name.slice(colon + 1) };
}
