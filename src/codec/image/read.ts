/**
 * Reads the documents of an image strictly. What Go's reader would take for something else than ours is refused (duplicate
 * keys, keys that differ in case only), and so is a manifest that could pass for an index or the other way round
 * (image-spec 1.1.1, "Verification"). A known field that is null is one that is absent, as in Go.
 */

import { Failure } from "../../spec/failure.ts";
import { type ImageConfig, type ImageIndex, type Manifest, MEDIA_TYPE } from "../../spec/image.ts";
import type { Shape, Struct } from "../go-json.ts";
import { goTime } from "../go-time.ts";
import { parseExact } from "../json/exact-number.ts";
import { readJson } from "../json/read.ts";
import { stringEnd } from "../json/string.ts";
import { CONFIG, DESCRIPTOR, INDEX, MANIFEST } from "./shapes.ts";

/** Values inside one another; an image's own have about five. */
const DEPTH_LIMIT = 128;
const QUOTE = 34;
const BRACKET = 91;
const BRACE = 123;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Reads an index; `file` names it in messages. Throws `Failure` `image_invalid` or `json_…`. */
export function readIndex(text: string, file: string, mediaType?: string): ImageIndex {
  const index = read(text, file, INDEX);
  requireMediaType(index, file, mediaType ?? MEDIA_TYPE.index);
  for (const key of ["config", "layers"]) refuseField(index, key, file, "an index");
  index.manifests ??= [];
  return index as unknown as ImageIndex;
}

/** Reads a manifest, of the image specification or of Docker's schema 2. */
export function readManifest(text: string, file: string, mediaType?: string): Manifest {
  const manifest = read(text, file, MANIFEST);
  requireMediaType(manifest, file, mediaType ?? MEDIA_TYPE.manifest);
  refuseField(manifest, "manifests", file, "a manifest");
  if (manifest.config === undefined) refuse(file, "it has no config");
  manifest.layers ??= [];
  return manifest as unknown as Manifest;
}

/** Reads an image configuration. */
export function readConfig(text: string, file: string): ImageConfig {
  const config = read(text, file, CONFIG);
  const { rootfs } = config;
  config.architecture ??= "";
  config.os ??= "";
  config.config ??= {};
  config.rootfs = { type: "", diff_ids: [], ...(rootfs as object | undefined) };
  return config as unknown as ImageConfig;
}

type Fields = { [key: string]: unknown };

function read(text: string, file: string, shape: Struct): Fields {
  if (isDeep(text)) refuse(file, `values are nested more than ${DEPTH_LIMIT} deep`);
  // Strict, and says where; the value is the same, but for numbers of fields that only others know.
  readJson(text, { file });
  const value = parseExact(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    refuse(file, "it is not an object");
  checkStruct(value, shape, file, "");
  return value;
}

/** Looked at first, since the engine's parser and printer take seconds for what is nested a hundred thousand deep. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const c = text.charCodeAt(at);
    if (c === QUOTE) {
      const end = stringEnd(text, at);
      if (end < 0) return false;
      at = end - 1;
    } else if (c === BRACKET || c === BRACE) {
      if (++depth > DEPTH_LIMIT) return true;
    } else if (c === BRACKET + 2 || c === BRACE + 2) depth--;
  }
  return false;
}

function requireMediaType(document: Fields, file: string, expected: string): void {
  const { mediaType } = document;
  if (mediaType !== undefined && mediaType !== "" && mediaType !== expected) {
    refuse(file, `it calls itself ${JSON.stringify(mediaType)}, and is referred to as ${expected}`);
  }
}

function refuseField(document: Fields, key: string, file: string, kind: string): void {
  if (document[key] !== undefined) refuse(file, `it is ${kind} and has "${key}"`);
}

function check(value: unknown, shape: Shape, file: string, where: string): void {
  if (typeof shape === "string") {
    const [fits, name] = KINDS[shape];
    if (!fits(value)) refuse(file, `${where} is not ${name}`);
  } else if ("fields" in shape) checkStruct(value, shape, file, where);
  else if (!Array.isArray(value)) refuse(file, `${where} is not a list`);
  else for (const [i, item] of value.entries()) check(item, shape.list, file, `${where}[${i}]`);
}

const KINDS: { [kind in Extract<Shape, string>]: readonly [(value: unknown) => boolean, string] } = {
  any: [() => true, "anything"],
  text: [(value) => typeof value === "string", "text"],
  time: [(value) => typeof value === "string" && goTime(value) !== undefined, "a time"],
  flag: [(value) => typeof value === "boolean", "true or false"],
  number: [(value) => Number.isSafeInteger(value) && Number(value) >= 0, "a whole number, 0 or more"],
  map: [
    (value) => isFields(value) && Object.values(value).every((item) => typeof item === "string"),
    "an object of texts",
  ],
  set: [isFields, "an object"],
};

function checkStruct(value: unknown, shape: Struct, file: string, where: string): void {
  if (!isFields(value)) refuse(file, `${where} is not an object`);
  const fields = value;
  for (const [name, inner] of shape.fields) {
    if (!Object.hasOwn(fields, name)) continue;
    if (fields[name] === null) delete fields[name];
    else check(fields[name], inner, file, where === "" ? name : `${where}.${name}`);
  }
  const folded = new Map(shape.fields.map(([name]) => [fold(name), name]));
  for (const key of Object.keys(fields)) {
    const name = folded.get(fold(key));
    if (name !== undefined && name !== key) {
      refuse(
        file,
        `the key ${JSON.stringify(key)} is ${JSON.stringify(name)} to some programs and not to others`,
      );
    }
  }
  if (shape === DESCRIPTOR) checkDescriptor(fields, file, where);
}

function checkDescriptor(fields: Fields, file: string, where: string): void {
  const { mediaType, digest, size } = fields;
  if (mediaType === undefined) refuse(file, `${where} has no mediaType`);
  if (size === undefined) refuse(file, `${where} has no size`);
  if (typeof digest === "string" && DIGEST.test(digest)) return;
  const algorithm = typeof digest === "string" ? digest.split(":", 1)[0] : undefined;
  if (typeof digest === "string" && algorithm !== "sha256" && digest.includes(":")) {
    refuse(file, `${where}.digest: unsupported algorithm ${JSON.stringify(algorithm)}`);
  }
  refuse(file, `${where}.digest is not sha256: and 64 hexadecimal digits: ${JSON.stringify(digest ?? null)}`);
}

/** As Go's reader compares keys. */
function fold(key: string): string {
  return key.toUpperCase().toLowerCase();
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refuse(file: string, problem: string): never {
  throw new Failure("image_invalid", `read ${file}: ${problem}`, {
    hint: "The image is broken, or made to mislead; get it again from where it came.",
  });
}
