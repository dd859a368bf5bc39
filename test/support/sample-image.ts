/** A small image in a layout, made of nothing but files: what a registry, skopeo and Hookwright hand to each other. */

import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { type Descriptor, MEDIA_TYPE, REF_NAME } from "../../src/spec/image.ts";
import { makeRootfs } from "./bundle.ts";

export interface SampleOptions {
  readonly tag?: string;
  /** One layer for each: how many random bytes its file has; without any, a layer with busybox. */
  readonly layers?: readonly number[];
  readonly architecture?: string;
  /** Docker's media types. */
  readonly docker?: boolean;
  readonly labels?: { readonly [name: string]: string };
}

export interface Sample {
  readonly dir: string;
  readonly tag: string;
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** Adds an image to the layout at `dir`, which is made when missing. */
export function sampleImage(dir: string, options: SampleOptions = {}): Sample {
  const { tag = "latest", architecture = "amd64", docker = false } = options;
  mkdirSync(`${dir}/blobs/sha256`, { recursive: true });
  writeFileSync(`${dir}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}');
  const tars = options.layers === undefined ? [busyboxTar()] : options.layers.map(randomTar);
  const layers = tars.map((tar) =>
    put(dir, gzipSync(tar, { level: 1 }), docker ? MEDIA_TYPE.dockerLayer : `${MEDIA_TYPE.layer}+gzip`),
  );
  const config = put(
    dir,
    JSON.stringify({
      created: "2026-01-02T03:04:05Z",
      architecture,
      os: "linux",
      config: { Env: ["PATH=/bin"], Cmd: ["/bin/true"], ...(options.labels && { Labels: options.labels }) },
      rootfs: { type: "layers", diff_ids: tars.map((tar) => digestOf(tar)) },
      history: tars.map(() => ({ created: "2026-01-02T03:04:05Z", created_by: "test" })),
    }),
    docker ? MEDIA_TYPE.dockerConfig : MEDIA_TYPE.config,
  );
  const mediaType = docker ? MEDIA_TYPE.dockerManifest : MEDIA_TYPE.manifest;
  const manifest = put(dir, JSON.stringify({ schemaVersion: 2, mediaType, config, layers }), mediaType);
  addToIndex(dir, { ...manifest, annotations: { [REF_NAME]: tag } });
  return { dir, tag, manifest, config, layers };
}

/** Makes a tag that stands for an index of images. */
export function sampleIndex(dir: string, tag: string, images: readonly Descriptor[]): Descriptor {
  const index = put(
    dir,
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.index, manifests: images }),
    MEDIA_TYPE.index,
  );
  addToIndex(dir, { ...index, annotations: { [REF_NAME]: tag } });
  return index;
}

/** Bytes of a blob of a layout. */
export function blobOf(dir: string, digest: string): Buffer {
  return readFileSync(`${dir}/blobs/sha256/${digest.slice("sha256:".length)}`);
}

export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function put(dir: string, bytes: Uint8Array | string, mediaType: string): Descriptor {
  const digest = digestOf(bytes);
  writeFileSync(`${dir}/blobs/sha256/${digest.slice("sha256:".length)}`, bytes);
  return { mediaType, digest, size: Buffer.byteLength(bytes) };
}

function addToIndex(dir: string, descriptor: Descriptor): void {
  const path = `${dir}/index.json`;
  const manifests: Descriptor[] = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")).manifests : [];
  writeFileSync(path, JSON.stringify({ schemaVersion: 2, manifests: [...manifests, descriptor] }));
}

function randomTar(size: number): Buffer {
  return tarOf((dir) => writeFileSync(`${dir}/random`, randomBytes(size)));
}

function busyboxTar(): Buffer {
  return tarOf((dir) => makeRootfs(dir));
}

function tarOf(fill: (dir: string) => void): Buffer {
  const dir = mkdtempSync("/tmp/hookwright-sample-");
  try {
    fill(dir);
    const { stdout, exitCode } = Bun.spawnSync(["tar", "-C", dir, "--numeric-owner", "-cf", "-", "."]);
    if (exitCode !== 0) throw new Error(`tar ended with ${exitCode}`);
    return stdout;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
