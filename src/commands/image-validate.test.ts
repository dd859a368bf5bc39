import { beforeEach, describe, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { makeLayout, sha256Of, type TestLayout } from "../../test/support/layout.ts";
import { workDirectory } from "../../test/support/work-directory.ts";
import { type Descriptor, MEDIA_TYPE } from "../spec/image.ts";
import { validateLayout } from "./image-validate.ts";

const dir = workDirectory();
let made: TestLayout;
let count = 0;
beforeEach(() => {
  made = makeLayout(`${dir}/${count++}`);
});

const PLAIN = "not looked into";
const DIFF = `sha256:${sha256Of(PLAIN)}`;
const layerOf = () => made.put(gzipSync(PLAIN), `${MEDIA_TYPE.layer}+gzip`);
const image = (config = {}, manifest = {}) =>
  made.image(
    {
      rootfs: { type: "layers", diff_ids: [DIFF] },
      history: [{ created_by: "x" }, { empty_layer: true }],
      ...config,
    },
    { layers: [layerOf()], ...manifest },
  );
const problems = (tag?: string) => validateLayout(made.path, tag).problems.map(({ problem }) => problem);

test("a good layout has none, and every blob of it was read", () => {
  const both = made.list([
    { ...image(), platform: { os: "linux", architecture: "amd64" } },
    { ...image({ architecture: "arm64" }), platform: { os: "linux", architecture: "arm64", variant: "v8" } },
  ]);
  made.tags({ both });
  const bytes = [both, image(), image({ architecture: "arm64" }), layerOf()].reduce(
    (sum, { size }) => sum + size,
    0,
  );
  const found = validateLayout(made.path);
  expect(found.problems).toEqual([]);
  expect(found.bytes).toBeGreaterThan(bytes);
  expect(validateLayout(made.path, "both").problems).toEqual([]);
  expect(() => problems("other")).toThrow("tag not found: other");
});

describe("each breach is one problem", () => {
  test.each([
    ["architecture is missing", { architecture: "" }, {}],
    ["os is missing", { os: "" }, {}],
    ['rootfs.type is "x", not "layers"', { rootfs: { type: "x", diff_ids: [DIFF] } }, {}],
    ["rootfs.diff_ids has 0 entries for 1 layers", { rootfs: { type: "layers", diff_ids: [] } }, {}],
    [
      "rootfs.diff_ids has 2 entries for 1 layers",
      { rootfs: { type: "layers", diff_ids: [DIFF, DIFF] } },
      {},
    ],
    ["history has 0 entries with a layer for 1 layers", { history: [] }, {}],
    ['config.Env: "A" is not NAME=VALUE', { config: { Env: ["A"] } }, {}],
    ['config.ExposedPorts: "http" is no PORT[/tcp|/udp]', { config: { ExposedPorts: { http: {} } } }, {}],
    ["schemaVersion is 1, not 2", {}, { schemaVersion: 1 }],
    ["it has no mediaType", {}, { mediaType: undefined }],
    ["an annotation has no name", {}, { annotations: { "": "x" } }],
  ])("%s", (problem, config, manifest) => {
    made.tags({ a: image(config, manifest) });
    expect(problems()).toEqual([problem]);
  });

  test("an artifact needs a type, when its configuration is empty", () => {
    const config = made.put("{}", MEDIA_TYPE.empty);
    made.tags({ a: made.image({}, { config }), b: made.image({}, { config, artifactType: "x/y" }) });
    expect(problems()).toEqual(["its config is the empty one, and it has no artifactType"]);
  });

  test("a diff id that is another's", () => {
    const other = `sha256:${"5".repeat(64)}`;
    made.tags({ a: image({ rootfs: { type: "layers", diff_ids: [other] } }) });
    expect(problems()).toEqual([`its diff id is ${DIFF}, and the configuration says ${other}`]);
  });

  test("a platform that is another's", () => {
    const platform = { os: "linux", architecture: "arm", variant: "v7" };
    made.tags({ a: made.list([{ ...image(), platform }]) });
    expect(problems()).toEqual(["it is for linux/amd64, and is referred to as for linux/arm/v7"]);
  });

  test("a tag that is there twice", () => {
    made.tags({ a: image() });
    const index = made.index();
    const text = JSON.stringify({ ...index, manifests: [...index.manifests, ...index.manifests] });
    writeFileSync(`${made.path}/index.json`, text);
    expect(problems()).toEqual(['the tag "a" is there more than once']);
  });

  test("blobs that are missing, damaged or no layer: all of them are found", () => {
    const lost = made.put("lost", `${MEDIA_TYPE.layer}`);
    const damaged = made.put("damaged", MEDIA_TYPE.layer);
    const noGzip = made.put("no gzip", `${MEDIA_TYPE.layer}+gzip`);
    const strange = made.put("strange", "application/x");
    const layers: Descriptor[] = [lost, damaged, noGzip, strange];
    const diff_ids = layers.map(() => DIFF);
    made.tags({ a: image({ rootfs: { type: "layers", diff_ids }, history: undefined }, { layers }) });
    rmSync(made.file(lost.digest));
    writeFileSync(made.file(damaged.digest), "DAMAGED");
    const found = validateLayout(made.path).problems;
    expect(found.map(({ where }) => where)).toEqual(
      [lost, damaged, noGzip, strange].map(({ digest }, at) => `${at === 1 ? "blob" : "layer"} ${digest}`),
    );
    expect(found[0]?.problem).toContain("no such file");
    expect(found[1]?.problem).toBe(`its content is sha256:${sha256Of("DAMAGED")}`);
    expect(found[2]?.problem).toContain("gzip");
    expect(found[3]?.problem).toContain("unsupported mediatype");
  });
});
