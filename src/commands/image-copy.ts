/** `image copy`, `push` and `pull`: an image from one medium to another, with what refers to it. */

import { parseLocation } from "../codec/image/location.ts";
import { choosePlatform } from "../media/choose-platform.ts";
import { type BlobReport, type Copied, copyImage } from "../media/copy.ts";
import { openSink, openSource } from "../media/medium-lookup.ts";
import type { Roots } from "../spec/roots.ts";
import { type MediaWishes, withMedia } from "./image-media.ts";

export type { BlobReport } from "../media/copy.ts";

export interface CopyWishes extends MediaWishes {
  /** Locations: `oci:PATH:TAG`, `docker://HOST/REPOSITORY:TAG`, … */
  from: string;
  to: string;
  /** `OS/ARCHITECTURE[/VARIANT]`; this machine's when absent. */
  platform?: string;
  /** All platforms of an index, as one. */
  all: boolean;
  referrers: boolean;
  report?: (blob: BlobReport) => void;
}

export interface CopiedImage extends Omit<Copied, "root"> {
  from: string;
  to: string;
  digest: string;
  mediaType: string;
}

/** Copies. @throws Failure */
export async function copy(roots: Roots, wishes: CopyWishes): Promise<CopiedImage> {
  const from = parseLocation(wishes.from);
  const to = parseLocation(wishes.to);
  const choose = wishes.all ? undefined : choosePlatform(wishes.platform);
  return withMedia(roots, wishes, async (options) => {
    const source = await openSource(from, options);
    try {
      const sink = await openSink(to, options);
      try {
        const { root, ...copied } = await copyImage(source, sink, {
          referrers: wishes.referrers,
          signal: options.patience.signal,
          ...(choose !== undefined && { choose }),
          ...(wishes.report !== undefined && { report: wishes.report }),
        });
        const { digest, mediaType } = root;
        return { from: wishes.from, to: wishes.to, digest, mediaType, ...copied };
      } finally {
        await sink.close();
      }
    } finally {
      await source.close();
    }
  });
}
