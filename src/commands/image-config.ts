/** `image config`: change what an image says about itself. */

import { CONFIG, MANIFEST } from "../codec/image/shapes.ts";
import { endOf } from "../media/layout/walk.ts";
import { withLayout } from "../media/layout.ts";
import { type ConfigChange, changeImage } from "../rules/image/config-change.ts";
import { type HistoryWords, historyEntry } from "../rules/image/history.ts";
import type { Platform } from "../spec/image.ts";
import { timeOrNow } from "./image-time.ts";

export interface ConfigOptions {
  readonly change: ConfigChange;
  /** Undefined for no history entry. */
  readonly history: HistoryWords | undefined;
  /** Of the result. */
  readonly newTag: string;
  readonly platform: Platform | undefined;
  /** SOURCE_DATE_EPOCH. */
  sourceDate(): number | undefined;
}

/** Makes the changed image and lets `newTag` stand for it. */
export function configImage(image: { path: string; tag: string }, options: ConfigOptions): void {
  withLayout(image.path, (layout) => {
    const walk = layout.resolve(image.tag, options.platform);
    const descriptor = endOf(walk);
    const manifest = layout.readManifest(descriptor);
    const changed = changeImage({ manifest, config: layout.readConfig(manifest.config) }, options.change);
    const { config } = changed;
    const seconds = options.sourceDate();
    if (options.history !== undefined) {
      const origin = {
        createdBy: "umoci config",
        author: config.author,
        now: timeOrNow(seconds),
        empty: true,
      };
      config.history = [...(config.history ?? []), historyEntry(options.history, origin)];
    }
    const blob = layout.putJson(config, CONFIG);
    const document = { ...changed.manifest, config: { ...manifest.config, ...blob } };
    const { mediaType } = descriptor;
    layout.setReference(options.newTag, walk, { mediaType, ...layout.putJson(document, MANIFEST) });
  });
}
