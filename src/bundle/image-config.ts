/** The runtime configuration of an image that is unpacked here: the image's wishes, the accounts of its root file system, this host. */

import { goJson, type Struct } from "../codec/go-json.ts";
import { reindentJson } from "../codec/json/reindent.ts";
import { failedWith } from "../linux/error.ts";
import { getegid, geteuid } from "../linux/process.ts";
import { statfs } from "../linux/statfs.ts";
import { completeMap } from "../rules/image/id-map.ts";
import type { ResolvConf } from "../rules/image/rootless.ts";
import { runtimeConfigOf } from "../rules/image/runtime-config.ts";
import { findUser, numericUser } from "../rules/image/user.ts";
import { Failure, failureWithin } from "../spec/failure.ts";
import type { IdMaps } from "../spec/id-map.ts";
import type { ImageConfig } from "../spec/image.ts";
import type { RuntimeConfig } from "../spec/runtime-config.ts";
import { readAccountFiles } from "./account-files.ts";

/** Go's order, as far as the configuration of an image goes. */
const RUNTIME_CONFIG: Struct = {
  fields: [
    ["ociVersion", "text"],
    ["process", "any"],
    ["root", "any"],
    ["hostname", "text"],
    ["mounts", "any"],
    ["annotations", "map"],
    ["linux", "any"],
  ],
};

export interface ImageRuntimeOptions {
  /** The unpacked root file system; without it names of users mean nothing. */
  readonly rootfs: string | undefined;
  /** `root.path`. */
  readonly rootPath: string;
  readonly map: IdMaps;
}

/** The configuration as text, and what a user should know about it. Throws `Failure`, whose message says what was generated. */
export function imageRuntimeConfig(
  image: ImageConfig,
  options: ImageRuntimeOptions,
): { text: string; warnings: string[] } {
  const warnings: string[] = [];
  try {
    const spec = image.config?.User ?? "";
    const { rootfs, rootPath } = options;
    let user = rootfs === undefined ? numericUser(spec) : findUser(spec, readAccountFiles(rootfs));
    if (user === undefined) {
      warnings.push(
        `could not parse user spec ${JSON.stringify(spec)} without a rootfs -- defaulting to root:root`,
      );
      user = { uid: 0, gid: 0, additionalGids: [], home: undefined };
    }
    const map = completeMap(options.map, { uid: geteuid(), gid: getegid() });
    const resolvConf = map.rootless ? hostResolvConf() : null;
    return { text: textOf(runtimeConfigOf(image, { rootPath, user, map, resolvConf })), warnings };
  } catch (error) {
    throw error instanceof Failure ? failureWithin("generate config.json", error) : error;
  }
}

/** As it is written into a bundle: indented by tabs. */
function textOf(config: RuntimeConfig): string {
  return reindentJson(goJson(config, RUNTIME_CONFIG), "\t");
}

function hostResolvConf(): ResolvConf | null {
  try {
    const { readOnly, noSuid, noDev, noExec } = statfs("/etc/resolv.conf");
    const flags = [readOnly && "ro", noSuid && "nosuid", noDev && "nodev", noExec && "noexec"];
    return { lockedFlags: flags.filter((flag) => flag !== false) };
  } catch (error) {
    if (failedWith(error, "ENOENT")) return null;
    throw error;
  }
}
