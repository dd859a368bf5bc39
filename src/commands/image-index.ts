/** `image index`: one tag for the images of several platforms. */

import { INDEX } from "../codec/image/shapes.ts";
import { tagMissing, tagOf } from "../media/layout/tag.ts";
import { endOf } from "../media/layout/walk.ts";
import { type Layout, withLayout } from "../media/layout.ts";
import { platformText, samePlatform } from "../rules/image/platform.ts";
import { Failure } from "../spec/failure.ts";
import { type Descriptor, MEDIA_TYPE, type Platform, REF_NAME } from "../spec/image.ts";

export interface IndexOptions {
  /** The tag to give. */
  readonly tag: string;
  /** Tags whose images go in; those of an index that is named go in one by one. */
  readonly from: readonly string[];
  /** Platforms that go out of it. */
  readonly remove: readonly Platform[];
  /** Keep what the tag stands for now, and put the new images in place of those of their platforms. */
  readonly add: boolean;
}

export interface IndexedImage {
  readonly platform: string;
  readonly digest: string;
}

/** Makes the index and lets the tag stand for it. Throws `Failure` `tag_missing` or `platform_…`. */
export function indexImages(path: string, { tag, from, remove, add }: IndexOptions): IndexedImage[] {
  return withLayout(path, (layout) => {
    const old = add ? layout.index().manifests.find((one) => tagOf(one) === tag) : undefined;
    const kept = old === undefined ? [] : imagesOf(layout, tag);
    const added = from.flatMap((name) => imagesOf(layout, name));
    refuseTwice(added);
    const staying = kept.filter((one) => !added.some((other) => samePlatform(one.platform, other.platform)));
    const manifests = [...staying, ...added].filter(
      ({ platform }) => !remove.some((one) => samePlatform(one, platform)),
    );
    if (manifests.length === 0) {
      throw new Failure("platform_none", `index ${tag}: no image would be in it`, {
        hint: "Name the tags that go in; `image remove` takes a tag away.",
      });
    }
    const base = old?.mediaType === MEDIA_TYPE.index ? layout.readIndexBlob(old) : { schemaVersion: 2 };
    const document = { ...base, mediaType: MEDIA_TYPE.index, manifests };
    layout.putReference(tag, { mediaType: MEDIA_TYPE.index, ...layout.putJson(document, INDEX) });
    return manifests.map((one) => ({ platform: platformText(one.platform), digest: one.digest }));
  });
}

type Placed = Descriptor & { platform: Platform };

/** The images of a tag, each with its platform; what a tag says about itself stays with the tag. */
function imagesOf(layout: Layout, tag: string): Placed[] {
  const walks = layout.resolveAll(tag);
  if (walks.length === 0) throw tagMissing(tag);
  return walks.map((walk) => {
    const descriptor = endOf(walk);
    const platform = layout.platformOf(descriptor);
    if (platform === undefined || !platform.os || !platform.architecture) {
      throw new Failure(
        "platform_unknown",
        `index ${tag}: ${descriptor.digest} does not say which platform it is for`,
        {
          hint: "Set it with `image config --platform.os --platform.arch`.",
        },
      );
    }
    const { annotations, ...rest } = descriptor;
    const { [REF_NAME]: _, ...others } = annotations ?? {};
    return { ...rest, ...(Object.keys(others).length > 0 && { annotations: others }), platform };
  });
}

function refuseTwice(images: readonly Placed[]): void {
  for (const [at, { platform, digest }] of images.entries()) {
    const other = images.slice(0, at).find((one) => samePlatform(one.platform, platform));
    if (other === undefined || other.digest === digest) continue;
    throw new Failure("platform_twice", `index the images: two of them are for ${platformText(platform)}`, {
      hint: "Leave one out, or set the platform of one with `image config`.",
    });
  }
}
