/** Images in tests: layers of entries in a layout, with a configuration that fits them. */

import { mkdtempSync, rmSync } from "node:fs";
import { type ImageConfig, MEDIA_TYPE } from "../../src/spec/image.ts";
import { layerOf, type TestLayer } from "./layers.ts";
import { makeLayout } from "./layout.ts";
import type { TarFile } from "./tar.ts";

/** Puts an image of these layers into a new layout at `path`, with the tag `latest`; `change` goes into its configuration. */
export function makeImage(
  path: string,
  layers: readonly (readonly TarFile[] | TestLayer)[],
  change: Partial<ImageConfig> = {},
): string {
  const layout = makeLayout(path);
  const made = layers.map((one) => ("blob" in one ? one : layerOf(one, "gzip")));
  const descriptors = made.map(({ blob, compression }) =>
    layout.put(blob, compression === "none" ? MEDIA_TYPE.layer : `${MEDIA_TYPE.layer}+${compression}`),
  );
  const diff_ids = made.map(({ diffId }) => diffId);
  layout.tags({
    latest: layout.image({ rootfs: { type: "layers", diff_ids }, ...change }, { layers: descriptors }),
  });
  return path;
}

/** Runs `work` in a directory that anybody may enter, and removes it afterwards. */
export async function inWork<T>(work: (dir: string) => T | Promise<T>, parent = "/tmp"): Promise<T> {
  const dir = mkdtempSync(`${parent}/hookwright-test-`);
  try {
    Bun.spawnSync(["chmod", "755", dir]);
    return await work(dir);
  } finally {
    Bun.spawnSync(["chmod", "-R", "u+rwX", dir]);
    rmSync(dir, { recursive: true, force: true });
  }
}
