/**
 * umoci.json, by which umoci and we know what a bundle was unpacked from, and with which id maps: either tool can go on
 * with the other's bundle. Its text is that of Go's encoding/json.
 */

import { goJson, type Struct } from "../codec/go-json.ts";
import { DESCRIPTOR } from "../codec/image/shapes.ts";
import { readJson } from "../codec/json/read.ts";
import { LinuxError } from "../linux/error.ts";
import { AT_FDCWD } from "../linux/open.ts";
import { readText } from "../linux/read.ts";
import { replaceFile } from "../linux/replace.ts";
import { isManifest } from "../media/kind.ts";
import { Failure } from "../spec/failure.ts";
import type { IdMapping, IdMaps } from "../spec/id-map.ts";
import type { Descriptor } from "../spec/image.ts";

export interface UmociMetadata {
  /** From an entry of index.json down to the manifest that was unpacked. */
  readonly walk: readonly [Descriptor, ...Descriptor[]];
  readonly mapping: IdMaps;
}

/** Its name in the bundle. */
export const UMOCI_JSON = "umoci.json";
const VERSION = "2";
const LIMIT = 16 * 1024 * 1024;

const MAPPING: Struct = {
  fields: [
    ["containerID", "number", "always"],
    ["hostID", "number", "always"],
    ["size", "number", "always"],
  ],
};

const SHAPE: Struct = {
  fields: [
    ["umoci_version", "text", "always"],
    ["from_descriptor_path", { fields: [["descriptor_walk", { list: DESCRIPTOR }, "always"]] }, "always"],
    [
      "map_options",
      {
        fields: [
          ["uid_mappings", { list: MAPPING }, "always"],
          ["gid_mappings", { list: MAPPING }, "always"],
          ["rootless", "flag", "always"],
        ],
      },
      "always",
    ],
  ],
};

/** Reads the metadata of the bundle at `path`. Throws `Failure` `bundle_metadata`. */
export function readUmociMetadata(path: string): UmociMetadata {
  const what = "read umoci.json metadata";
  let text: string;
  try {
    text = readText(`${path}/${UMOCI_JSON}`, LIMIT, AT_FDCWD);
  } catch (error) {
    if (!(error instanceof LinuxError)) throw error;
    const said = error.code === "ENOENT" ? "no such file or directory" : error.message;
    throw failure(`${what}: open metadata: open ${path}/${UMOCI_JSON}: ${said}`, error);
  }
  const { value } = readJson(text, { file: `${path}/${UMOCI_JSON}` });
  const fields = value as { [key: string]: unknown } | null;
  if (fields?.umoci_version !== VERSION) {
    const version = JSON.stringify(String(fields?.umoci_version ?? ""));
    throw failure(`${what}: decode metadata: unsupported umoci.json version ${version}`);
  }
  if (fields.whiteout_mode !== undefined && fields.whiteout_mode !== 0) {
    throw failure(`${what}: decode metadata: its whiteout_mode is not supported`);
  }
  const walk = (fields.from_descriptor_path as { descriptor_walk?: unknown } | undefined)?.descriptor_walk;
  const [first, ...rest] = Array.isArray(walk) && walk.every(isDescriptor) ? walk : [];
  if (first === undefined) throw failure(`${what}: decode metadata: it does not say what was unpacked`);
  const last = rest.at(-1) ?? first;
  if (!isManifest(last)) {
    throw failure(
      `invalid saved from descriptor: descriptor does not point to a manifest: not implemented: ${last.mediaType}`,
    );
  }
  return { walk: [first, ...rest], mapping: ownersIn(fields.map_options, what) };
}

/** Writes the metadata of the bundle at `path` in one step. Throws LinuxError. */
export function writeUmociMetadata(path: string, { walk, mapping }: UmociMetadata): void {
  const list = (mappings: readonly IdMapping[]) => (mappings.length === 0 ? null : mappings);
  const metadata = {
    umoci_version: VERSION,
    from_descriptor_path: { descriptor_walk: walk },
    map_options: {
      uid_mappings: list(mapping.uidMappings),
      gid_mappings: list(mapping.gidMappings),
      rootless: mapping.rootless,
    },
  };
  replaceFile(`${path}/${UMOCI_JSON}`, goJson(metadata, SHAPE), { mode: 0o644 });
}

function ownersIn(options: unknown, what: string): IdMaps {
  const { uid_mappings, gid_mappings, rootless } = (options ?? {}) as { [key: string]: unknown };
  const mappings = (value: unknown): IdMapping[] => {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value) && value.every(isMapping)) return value;
    throw failure(`${what}: decode metadata: its id maps are none`);
  };
  return {
    uidMappings: mappings(uid_mappings),
    gidMappings: mappings(gid_mappings),
    rootless: rootless === true,
  };
}

function isMapping(value: unknown): value is IdMapping {
  const { containerID, hostID, size } = (value ?? {}) as { [key: string]: unknown };
  return [containerID, hostID, size].every((number) => Number.isSafeInteger(number) && Number(number) >= 0);
}

function isDescriptor(value: unknown): value is Descriptor {
  const { mediaType, digest, size } = (value ?? {}) as { [key: string]: unknown };
  return typeof mediaType === "string" && typeof digest === "string" && Number.isSafeInteger(size);
}

function failure(message: string, cause?: unknown): Failure {
  return new Failure("bundle_metadata", message, {
    hint: "Give a bundle that was made by unpack.",
    ...(cause !== undefined && { cause }),
  });
}
