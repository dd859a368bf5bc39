import { beforeEach, expect, test } from "bun:test";
import { makeLayout, type TestLayout } from "../../test/support/layout.ts";
import { workDirectory } from "../../test/support/work-directory.ts";
import { withLayout } from "../media/layout.ts";
import { type Descriptor, MEDIA_TYPE } from "../spec/image.ts";
import { indexImages } from "./image-index.ts";
import { validateLayout } from "./image-validate.ts";

const dir = workDirectory();
let made: TestLayout;
let amd: Descriptor;
let arm: Descriptor;
let count = 0;
beforeEach(() => {
  made = makeLayout(`${dir}/${count++}`);
  amd = made.image();
  arm = made.image({ architecture: "arm", variant: "v7" });
  made.tags({ amd: { ...amd, annotations: { k: "v" } }, arm });
});

const merge = (options: Partial<Parameters<typeof indexImages>[1]>) =>
  indexImages(made.path, { tag: "all", from: [], remove: [], add: false, ...options }).map(
    ({ platform }) => platform,
  );
const chosen = (architecture: string) =>
  withLayout(made.path, (layout) => layout.resolve("all", { os: "linux", architecture }).at(-1));

test("images of single platforms become one tag, from which each can be chosen", () => {
  expect(merge({ from: ["amd", "arm"] })).toEqual(["linux/amd64", "linux/arm/v7"]);
  expect(chosen("amd64")).toEqual({
    ...amd,
    annotations: { k: "v" },
    platform: { os: "linux", architecture: "amd64" },
  });
  expect(chosen("arm")?.digest).toBe(arm.digest);
  expect(validateLayout(made.path).problems).toEqual([]);
  expect(made.index().manifests.at(-1)?.mediaType).toBe(MEDIA_TYPE.index);
});

test("one is added, one replaced, one taken out, and what else the index says stays", () => {
  const old = made.list([{ ...amd, platform: { os: "linux", architecture: "amd64" } }], {
    annotations: { mine: "yes" },
  });
  const newer = made.image({ author: "newer" });
  made.tags({ all: old, arm, newer });
  expect(merge({ from: ["arm"], add: true })).toEqual(["linux/amd64", "linux/arm/v7"]);
  expect(merge({ from: ["newer"], add: true })).toEqual(["linux/arm/v7", "linux/amd64"]);
  expect(chosen("amd64")?.digest).toBe(newer.digest);
  expect(merge({ add: true, remove: [{ os: "linux", architecture: "arm" }] })).toEqual(["linux/amd64"]);
  const [entry] = made.index().manifests.slice(-1);
  expect(withLayout(made.path, (layout) => layout.readIndexBlob(entry!).annotations)).toEqual({
    mine: "yes",
  });
});

test("two images of one platform, an unknown tag and nothing at all are refused", () => {
  made.tags({ amd, other: made.image({ author: "x" }), nowhere: made.image({ architecture: "" }) });
  expect(() => merge({ from: ["amd", "other"] })).toThrow("two of them are for linux/amd64");
  expect(() => merge({ from: ["none"] })).toThrow("tag not found: none");
  expect(() => merge({})).toThrow("no image would be in it");
  expect(() => merge({ from: ["nowhere"] })).toThrow("does not say which platform");
  expect(made.index().manifests).toHaveLength(3);
});
