/**
 * Image layouts for tests, made file by file: whatever a test wants in them, broken as it wants. Importing this binds the
 * engine's primitive, so src/linux works.
 */

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { primitive } from "../../src/host/bun.ts";
import { bind } from "../../src/linux/primitive.ts";
import { type Descriptor, MEDIA_TYPE, REF_NAME } from "../../src/spec/image.ts";

bind(primitive);

const INDEX = MEDIA_TYPE.index;

export const sha256Of = (bytes: string | Uint8Array): string =>
  createHash("sha256").update(bytes).digest("hex");

export interface TestLayout {
  readonly path: string;
  /** Puts a blob; a document is written as JSON. */
  put(content: unknown, mediaType: string): Descriptor;
  /** Puts an image without layers for a platform; what it says besides is given. */
  image(config?: object, manifest?: object): Descriptor;
  /** Puts an index of these. */
  list(manifests: object[], more?: object): Descriptor;
  /** Lets tags stand for descriptors: all of index.json. */
  tags(entries: { [tag: string]: Descriptor }): void;
  file(digest: string): string;
  index(): { manifests: Descriptor[]; [key: string]: unknown };
}

/** A layout at `path`, with an empty index. */
export function makeLayout(path: string): TestLayout {
  mkdirSync(`${path}/blobs/sha256`, { recursive: true });
  writeFileSync(`${path}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}');
  const layout: TestLayout = {
    path,
    put(content, mediaType) {
      const bytes =
        typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content);
      const hex = sha256Of(bytes);
      writeFileSync(layout.file(`sha256:${hex}`), bytes);
      return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(bytes) };
    },
    image(config = {}, manifest = {}) {
      const plain = {
        architecture: "amd64",
        os: "linux",
        config: {},
        rootfs: { type: "layers", diff_ids: [] },
      };
      const described = layout.put({ ...plain, ...config }, MEDIA_TYPE.config);
      const head = { schemaVersion: 2, mediaType: MEDIA_TYPE.manifest, config: described, layers: [] };
      return layout.put({ ...head, ...manifest }, MEDIA_TYPE.manifest);
    },
    list: (manifests, more = {}) =>
      layout.put({ schemaVersion: 2, mediaType: INDEX, manifests, ...more }, INDEX),
    tags(entries) {
      const manifests = Object.entries(entries).map(([tag, one]) => ({
        ...one,
        annotations: { ...one.annotations, [REF_NAME]: tag },
      }));
      writeFileSync(`${path}/index.json`, JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
    },
    file: (digest) => `${path}/blobs/sha256/${digest.slice("sha256:".length)}`,
    index: () => JSON.parse(readFileSync(`${path}/index.json`, "utf8")),
  };
  layout.tags({});
  return layout;
}
