/** `image new`: an image without layers. */

import { CONFIG, MANIFEST } from "../codec/image/shapes.ts";
import { machineName } from "../linux/uts.ts";
import { withLayout } from "../media/layout.ts";
import { platformOfMachine } from "../rules/image/platform.ts";
import { type Manifest, MEDIA_TYPE } from "../spec/image.ts";
import { timeOrNow } from "./image-time.ts";

/** Makes an image for this machine's platform. `seconds` since 1970 are when it is made; now, unless they are given. */
export function newImage({ path, tag }: { path: string; tag: string }, seconds: number | undefined): void {
  withLayout(path, (layout) => {
    const config = layout.putJson(
      {
        created: timeOrNow(seconds),
        ...platformOfMachine(machineName()),
        config: {},
        rootfs: { type: "layers", diff_ids: [] },
      },
      CONFIG,
    );
    const manifest: Manifest = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.manifest,
      config: { mediaType: MEDIA_TYPE.config, ...config },
      layers: [],
    };
    layout.putReference(tag, { mediaType: MEDIA_TYPE.manifest, ...layout.putJson(manifest, MANIFEST) });
  });
}
