/** `image raw runtime-config`: the runtime configuration that an image asks for. */

import { imageRuntimeConfig } from "../bundle/image-config.ts";
import { close } from "../linux/descriptor.ts";
import { LinuxError } from "../linux/error.ts";
import { O, open } from "../linux/open.ts";
import { write } from "../linux/write.ts";
import { endOf } from "../media/layout/walk.ts";
import { withLayout } from "../media/layout.ts";
import { Failure, failureWithin } from "../spec/failure.ts";
import type { IdMaps } from "../spec/id-map.ts";
import type { Platform } from "../spec/image.ts";

export interface RuntimeConfigTarget {
  /** File to write. */
  readonly path: string;
  /** The unpacked root file system, where users are looked up. */
  readonly rootfs: string | undefined;
  readonly platform: Platform | undefined;
  readonly map: IdMaps;
}

/** Writes the configuration; returns what the user should know. */
export function writeRuntimeConfig(
  image: { path: string; tag: string },
  target: RuntimeConfigTarget,
): string[] {
  const { path, rootfs, platform, map } = target;
  const { text, warnings } = withLayout(image.path, (layout) => {
    const walk = layout.resolve(image.tag, platform);
    const config = layout.readConfig(layout.readManifest(endOf(walk)).config);
    // An empty path is that of a caller who has none.
    const root = rootfs === "" ? undefined : rootfs;
    return generate(() =>
      imageRuntimeConfig(config, { rootfs: root, rootPath: root === undefined ? "." : nameOf(root), map }),
    );
  });
  writeText(path, text);
  return warnings;
}

function generate<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Failure) throw failureWithin("generate config", error);
    throw error;
  }
}

/** The last part of a path. */
function nameOf(path: string): string {
  const whole = path.replace(/\/+$/, "");
  return whole === "" ? "/" : whole.slice(whole.lastIndexOf("/") + 1);
}

/** In place, since the path may be a pipe or a terminal. */
function writeText(path: string, text: string): void {
  try {
    const fd = open(path, O.WRONLY | O.CREAT | O.TRUNC, 0o666);
    try {
      write(fd, text);
    } finally {
      close(fd);
    }
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    throw new Failure("config_unwritable", `opening config path: ${error.message}`, { cause: error });
  }
}
