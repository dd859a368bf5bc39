/** What `stat --json` prints: descriptors, and the documents exactly as they stand in the layout. */

import { goCompact, goJson, type Struct } from "../../codec/go-json.ts";
import { DESCRIPTOR, HISTORY } from "../../codec/image/shapes.ts";
import type { ImageState, LayerHistory } from "../../commands/image-stat.ts";
import type { Descriptor } from "../../spec/image.ts";

const LAYER_HISTORY: Struct = {
  fields: [["layer", DESCRIPTOR, "always"], ["diff_id", "text", "always"], ...HISTORY.fields],
};

export function stateJson({ manifest, config, history }: ImageState): string {
  const members = [
    member("manifest", manifest),
    ...(config === undefined ? [] : [member("config", config)]),
    ...(history === undefined
      ? []
      : [`"history":${goJson(history.map(plain), { list: LAYER_HISTORY }).trimEnd()}`]),
  ];
  return `{${members.join(",")}}\n`;
}

function member(name: string, { descriptor, text }: { descriptor: Descriptor; text: string }): string {
  return `"${name}":{"descriptor":${goJson(descriptor, DESCRIPTOR).trimEnd()},"blob":${goCompact(text)}}`;
}

function plain({ entry, layer, diffId }: LayerHistory): object {
  return { layer: layer ?? null, diff_id: diffId ?? "", ...entry };
}
