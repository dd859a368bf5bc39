/** `image insert`: files of this machine as a new layer of an image, or a path of the image taken away. */

import { addImageLayer, commitImage, readImage } from "../bundle/add-image-layer.ts";
import { type Insertion, insertInto } from "../bundle/insert.ts";
import { withLayout } from "../media/layout.ts";
import { type HistoryWords, historyEntry } from "../rules/image/history.ts";
import type { IdMaps } from "../spec/id-map.ts";
import type { Compression, Descriptor, Platform } from "../spec/image.ts";
import { timeOrNow } from "./image-time.ts";

export interface LayerRequest {
  /** Of the result. */
  readonly newTag: string;
  readonly platform: Platform | undefined;
  readonly compression: Compression | "auto";
  /** Undefined for no history entry. */
  readonly history: HistoryWords | undefined;
  /** SOURCE_DATE_EPOCH. */
  sourceDate(): number | undefined;
}

export interface InsertRequest extends LayerRequest, Insertion {
  readonly mapping: IdMaps;
  warn(message: string): void;
}

/** Makes the image and lets the new tag stand for it; returns the descriptor of its manifest. @throws Failure */
export function insertFiles(image: { path: string; tag: string }, request: InsertRequest): Descriptor {
  return withLayout(image.path, (layout) => {
    const walk = layout.resolve(image.tag, request.platform);
    const { compression, history, newTag, mapping, warn } = request;
    const latest = request.sourceDate();
    const origin = { createdBy: "umoci insert", author: undefined, now: timeOrNow(latest), empty: false };
    const changed = addImageLayer({
      layout,
      image: readImage(layout, walk),
      compression,
      history: history && historyEntry(history, origin),
      fill: (stream) => insertInto(stream, request, { mapping, latest, warn }),
    });
    return commitImage(layout, newTag, walk, changed);
  });
}
