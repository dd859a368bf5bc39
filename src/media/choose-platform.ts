/** One image of an index: the one for a platform. */

import { parsePlatform, platformText, samePlatform } from "../rules/image/platform.ts";
import { Failure } from "../spec/failure.ts";
import type { Descriptor, Platform } from "../spec/image.ts";

const ARCHITECTURES: { readonly [name: string]: string } = { x64: "amd64", ia32: "386" };

/**
 * Chooses the image for a platform in words, or for this machine. The function throws `Failure` `platform_missing`;
 * `platform_invalid` is thrown at once.
 */
export function choosePlatform(words: string | undefined): (images: readonly Descriptor[]) => Descriptor {
  const wanted = words === undefined ? ownPlatform() : parsePlatform(words);
  return (images) => {
    const found = images.find(({ platform }) => platform !== undefined && samePlatform(platform, wanted));
    const [only] = images;
    if (found !== undefined) return found;
    // An index of one image that does not say for what.
    if (words === undefined && images.length === 1 && only !== undefined && only.platform === undefined)
      return only;
    const there = images.flatMap(({ platform }) => (platform === undefined ? [] : [platformText(platform)]));
    throw new Failure("platform_missing", `choose the image for ${platformText(wanted)}: there is none`, {
      hint: `there are ${there.join(", ") || "none that say for what"}; give --platform or --all`,
    });
  };
}

function ownPlatform(): Platform {
  return { os: "linux", architecture: ARCHITECTURES[process.arch] ?? process.arch };
}
