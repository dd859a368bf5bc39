/** Images as people read them: what was copied, and what an image is. */

import type { BlobReport, CopiedImage } from "../commands/image-copy.ts";
import type { InspectedImage } from "../commands/image-inspect.ts";
import type { Text } from "./answer.ts";
import { counted, factLines, shortDigest } from "./words.ts";

const STATE = { begun: "copying", sent: "done", kept: "already there" } as const;
const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A blob's line of progress. */
export function blobLine({ descriptor, state }: BlobReport, full: boolean): string {
  return `${shortDigest(descriptor.digest, full)}  ${bytesText(descriptor.size).padStart(9)}  ${STATE[state]}`;
}

export function copiedText(done: CopiedImage, digest: string): Text {
  const blobs = `${counted(done.sent, "blob")} sent (${bytesText(done.bytes)}), ${done.kept} already there`;
  const referrers = done.referrers.length === 0 ? "" : `, with ${counted(done.referrers.length, "referrer")}`;
  return [`${done.to}: ${digest}${referrers}; ${blobs}`];
}

export function inspectText(image: InspectedImage, full: boolean): Text {
  const { config, layers, manifests, referrers, annotations = {} } = image;
  const run = config?.config;
  const lines = factLines([
    ["image", image.name],
    ["digest", image.digest],
    ["media type", image.mediaType],
    ["artifact type", image.artifactType],
    ["platform", config && [config.os, config.architecture, config.variant].filter(Boolean).join("/")],
    ["created", config?.created],
    ["runs", run && JSON.stringify([...(run.Entrypoint ?? []), ...(run.Cmd ?? [])])],
    ["as", run?.User || undefined],
    [
      "size",
      layers && `${counted(layers.length, "layer")}, ${bytesText(sum(layers.map(({ size }) => size)))}`,
    ],
  ]);
  const section = (title: string, of: readonly string[]) => (of.length === 0 ? [] : ["", title, ...of]);
  const line = (name: string, digest: string, size: number) =>
    `  ${shortDigest(digest, full)}  ${bytesText(size).padStart(9)}  ${name}`;
  return [
    ...lines,
    ...section("Labels:", words(run?.Labels ?? {})),
    ...section("Annotations:", words(annotations)),
    ...section(
      "Layers:",
      (layers ?? []).map((one) => line(one.mediaType, one.digest, one.size)),
    ),
    ...section(
      "Images:",
      (manifests ?? []).map(({ platform, mediaType, digest, size }) =>
        line(
          platform === undefined
            ? mediaType
            : [platform.os, platform.architecture, platform.variant].filter(Boolean).join("/"),
          digest,
          size,
        ),
      ),
    ),
    ...section(
      "Referrers:",
      referrers.map((one) => line(one.artifactType ?? one.mediaType, one.digest, one.size)),
    ),
  ];
}

/** `12.3 MiB`. */
function bytesText(bytes: number): string {
  let unit = 0;
  let count = bytes;
  for (; count >= 1024 && unit < UNITS.length - 1; unit++) count /= 1024;
  return `${unit === 0 ? count : count.toFixed(1)} ${UNITS[unit]}`;
}

function words(map: { readonly [name: string]: string }): string[] {
  return Object.entries(map).map(([name, value]) => `  ${name}=${value}`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
