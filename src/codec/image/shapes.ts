/** The image specification's documents as Go declares them (specs-go/v1): which fields, in which order, left out when empty or not. */

import type { Field, Struct } from "../go-json.ts";

const PLATFORM_FIELDS: readonly Field[] = [
  ["architecture", "text", "always"],
  ["os", "text", "always"],
  ["os.version", "text"],
  ["os.features", { list: "text" }],
  ["variant", "text"],
];

export const DESCRIPTOR: Struct = {
  fields: [
    ["mediaType", "text", "always"],
    ["digest", "text", "always"],
    ["size", "number", "always"],
    ["urls", { list: "text" }],
    ["annotations", "map"],
    ["data", "text"],
    ["platform", { fields: PLATFORM_FIELDS }],
    ["artifactType", "text"],
  ],
};

export const MANIFEST: Struct = {
  fields: [
    ["schemaVersion", "number", "always"],
    ["mediaType", "text"],
    ["artifactType", "text"],
    ["config", DESCRIPTOR, "always"],
    ["layers", { list: DESCRIPTOR }, "always"],
    ["subject", DESCRIPTOR],
    ["annotations", "map"],
  ],
};

export const INDEX: Struct = {
  fields: [
    ["schemaVersion", "number", "always"],
    ["mediaType", "text"],
    ["artifactType", "text"],
    ["manifests", { list: DESCRIPTOR }, "always"],
    ["subject", DESCRIPTOR],
    ["annotations", "map"],
  ],
};

export const HISTORY: Struct = {
  fields: [
    ["created", "time"],
    ["created_by", "text"],
    ["author", "text"],
    ["comment", "text"],
    ["empty_layer", "flag"],
  ],
};

export const CONFIG: Struct = {
  fields: [
    ["created", "time"],
    ["author", "text"],
    ...PLATFORM_FIELDS,
    [
      "config",
      {
        fields: [
          ["User", "text"],
          ["ExposedPorts", "set"],
          ["Env", { list: "text" }],
          ["Entrypoint", { list: "text" }],
          ["Cmd", { list: "text" }],
          ["Volumes", "set"],
          ["WorkingDir", "text"],
          ["Labels", "map"],
          ["StopSignal", "text"],
          ["ArgsEscaped", "flag"],
        ],
      },
      "always",
    ],
    [
      "rootfs",
      {
        fields: [
          ["type", "text", "always"],
          ["diff_ids", { list: "text" }, "always"],
        ],
      },
      "always",
    ],
    ["history", { list: HISTORY }],
  ],
};
