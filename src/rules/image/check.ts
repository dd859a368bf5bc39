/**
 * Whether the documents of an image keep the image specification, beyond what reading them demands: each breach as one
 * sentence, without the place, which the caller knows.
 */

import {
  type Descriptor,
  type ImageConfig,
  type ImageIndex,
  type Manifest,
  MEDIA_TYPE,
} from "../../spec/image.ts";
import { platformText, samePlatform } from "./platform.ts";

/** image-index.md, and annotations.md for the keys. */
export function checkIndex(index: ImageIndex): string[] {
  return [
    ...(index.schemaVersion === 2 ? [] : [`schemaVersion is ${index.schemaVersion}, not 2`]),
    ...checkAnnotations(index.annotations),
    ...index.manifests.flatMap((one) => checkDescriptor(one).map((problem) => `${one.digest}: ${problem}`)),
  ];
}

/** manifest.md */
export function checkManifest(manifest: Manifest): string[] {
  const { schemaVersion, mediaType, artifactType, config, layers } = manifest;
  const problems = [...checkAnnotations(manifest.annotations)];
  if (schemaVersion !== 2) problems.push(`schemaVersion is ${schemaVersion}, not 2`);
  if (mediaType === undefined) problems.push("it has no mediaType");
  if (config.mediaType === MEDIA_TYPE.empty && !artifactType) {
    problems.push("its config is the empty one, and it has no artifactType");
  }
  for (const [at, one] of [config, ...layers].entries()) {
    const name = at === 0 ? "config" : `layers[${at - 1}]`;
    problems.push(...checkDescriptor(one).map((problem) => `${name}: ${problem}`));
  }
  return problems;
}

/** descriptor.md */
function checkDescriptor({ mediaType, annotations, urls = [] }: Descriptor): string[] {
  const problems = checkAnnotations(annotations);
  // RFC 6838, section 4.2.
  const name = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}";
  if (!new RegExp(`^${name}/${name}$`).test(mediaType)) {
    problems.push(`mediaType ${JSON.stringify(mediaType)} is none of RFC 6838`);
  }
  for (const url of urls) if (!URL.canParse(url)) problems.push(`${JSON.stringify(url)} is no URL`);
  return problems;
}

function checkAnnotations(annotations: { readonly [key: string]: string } = {}): string[] {
  return Object.hasOwn(annotations, "") ? ["an annotation has no name"] : [];
}

/** config.md, and that it fits the manifest which refers to it and the descriptor which led to that. */
export function checkConfig(config: ImageConfig, manifest: Manifest, descriptor: Descriptor): string[] {
  const { architecture, os, rootfs, history, config: defaults = {} } = config;
  const problems: string[] = [];
  if (!architecture) problems.push("architecture is missing");
  if (!os) problems.push("os is missing");
  if (rootfs.type !== "layers") problems.push(`rootfs.type is ${JSON.stringify(rootfs.type)}, not "layers"`);
  const { length } = manifest.layers;
  if (rootfs.diff_ids.length !== length) {
    problems.push(`rootfs.diff_ids has ${rootfs.diff_ids.length} entries for ${length} layers`);
  }
  for (const id of rootfs.diff_ids) {
    if (!/^sha256:[0-9a-f]{64}$/.test(id))
      problems.push(`the diff id ${JSON.stringify(id)} is no sha256 digest`);
  }
  const filled = history?.filter((entry) => !entry.empty_layer).length;
  if (filled !== undefined && filled !== length) {
    problems.push(`history has ${filled} entries with a layer for ${length} layers`);
  }
  for (const pair of defaults.Env ?? []) {
    if (!/^[^=]+=/.test(pair)) problems.push(`config.Env: ${JSON.stringify(pair)} is not NAME=VALUE`);
  }
  for (const port of Object.keys(defaults.ExposedPorts ?? {})) {
    if (!isPort(port)) problems.push(`config.ExposedPorts: ${JSON.stringify(port)} is no PORT[/tcp|/udp]`);
  }
  const { platform } = descriptor;
  if (platform !== undefined && !samePlatform(platform, config)) {
    problems.push(`it is for ${platformText(config)}, and is referred to as for ${platformText(platform)}`);
  }
  return problems;
}

function isPort(text: string): boolean {
  const found = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(?:tcp|udp|sctp))?$/.exec(text);
  return found !== null && [found[1], found[2] ?? found[1]].every((port) => Number(port) <= 65535);
}
