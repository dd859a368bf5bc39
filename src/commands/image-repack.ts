/** `image repack`: an image of a bundle, with what changed in it as one more layer. */

import { type Repacked, repack } from "../bundle/repack.ts";
import { withLayout } from "../media/layout.ts";
import { type HistoryWords, historyEntry } from "../rules/image/history.ts";
import type { Compression } from "../spec/image.ts";
import { timeOrNow } from "./image-time.ts";

export interface RepackRequest {
  readonly compression: Compression | "auto";
  readonly maskPaths: readonly string[];
  readonly maskVolumes: boolean;
  readonly refresh: boolean;
  readonly verify: boolean;
  /** Undefined for no history entry. */
  readonly history: HistoryWords | undefined;
  /** SOURCE_DATE_EPOCH. */
  sourceDate(): number | undefined;
  warn(message: string): void;
  info(message: string): void;
}

/** Makes the image and lets the tag stand for it. @throws Failure */
export function repackBundle(
  image: { path: string; tag: string },
  bundle: string,
  { history, sourceDate, ...request }: RepackRequest,
): Repacked {
  return withLayout(image.path, (layout) => {
    const latest = sourceDate();
    return repack({
      ...request,
      layout,
      bundle,
      tag: image.tag,
      latest,
      history: (author, empty) =>
        history &&
        historyEntry(history, { createdBy: "umoci repack", author, now: timeOrNow(latest), empty }),
    });
  });
}
