/** `image unpack` and `image raw unpack`: a bundle, or a root file system alone, of an image. */

import { resolve } from "node:path";
import { imageRuntimeConfig } from "../bundle/image-config.ts";
import { applyCarriedPlan, carriedPlan } from "../bundle/image-hooks.ts";
import { type UnpackOptions, unpackBundle, unpackRootfs } from "../bundle/unpack.ts";
import type { Progress } from "../layer/apply.ts";
import type { Limits } from "../layer/limits.ts";
import { getegid, geteuid } from "../linux/process.ts";
import type { Walk } from "../media/layout/walk.ts";
import { Layout } from "../media/layout.ts";
import { completeMap } from "../rules/image/id-map.ts";
import { Failure } from "../spec/failure.ts";
import type { IdMaps } from "../spec/id-map.ts";
import type { Platform } from "../spec/image.ts";
import type { Roots } from "../spec/roots.ts";

export interface UnpackRequest {
  readonly image: { readonly path: string; readonly tag: string };
  readonly platform: Platform | undefined;
  readonly map: IdMaps;
  readonly keepDirlinks: boolean;
  readonly limits: Limits;
  readonly stop: AbortSignal;
  warn(message: string): void;
  progress(progress: Progress): void;
  /** Whose configuration says that the image's hooks are trusted; they are put into the bundle then. */
  readonly hooks?: Roots;
  /** Called once the image is found, before anything is made. */
  begin?(): void;
}

/** Makes a bundle at `bundle`. Throws `Failure`. */
export async function unpackToBundle(bundle: string, request: UnpackRequest): Promise<void> {
  await withOptions(request, async (options) => {
    const { mapping, warn, layout, walk } = options;
    const { hooks: roots, image } = request;
    // Before anything is made: hooks that are not trusted leave no bundle behind.
    const carried = roots && carriedPlan(roots, layout, walk, `${image.path}:${image.tag}`);
    await unpackBundle(bundle, {
      ...options,
      runtimeConfig(config, rootfs) {
        const { text, warnings } = imageRuntimeConfig(config, { rootfs, rootPath: "rootfs", map: mapping });
        for (const warning of warnings) warn(warning);
        return text;
      },
    });
    if (roots && carried) await applyCarriedPlan(roots, carried, { bundle: resolve(bundle) });
  });
}

/** Unpacks into the directory `rootfs`, which may be there. Throws `Failure`. */
export async function unpackToRootfs(rootfs: string, request: UnpackRequest): Promise<void> {
  await withOptions(request, (options) => unpackRootfs(rootfs, options));
}

async function withOptions(
  { image, platform, map, begin, ...rest }: UnpackRequest,
  work: (options: UnpackOptions) => Promise<void>,
): Promise<void> {
  const layout = Layout.open(image.path);
  try {
    const mapping = completeMap(map, { uid: geteuid(), gid: getegid() });
    const walk = walkOf(layout, image.tag, platform);
    begin?.();
    await work({ ...rest, layout, walk, mapping });
  } finally {
    layout.close();
  }
}

/** As `resolve`, with the message that umoci's unpack has. */
function walkOf(layout: Layout, tag: string, platform: Platform | undefined): Walk {
  try {
    return layout.resolve(tag, platform);
  } catch (error) {
    if (!(error instanceof Failure && error.code.startsWith("tag_"))) throw error;
    const { code, hint, message } = error;
    const said = message.replace(/^tag not found:/, "tag is not found:");
    throw new Failure(code, said, { cause: error, ...(hint !== undefined && { hint }) });
  }
}
