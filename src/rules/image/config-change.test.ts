import { expect, test } from "bun:test";
import type { ImageConfig, Manifest } from "../../spec/image.ts";
import { type ConfigChange, changeImage } from "./config-change.ts";
import { historyEntry, timeText } from "./history.ts";
import { completeMap, parseIdMapping } from "./id-map.ts";
import { parsePlatform, platformOfMachine, platformText, samePlatform } from "./platform.ts";

const NOTHING: ConfigChange = {
  clear: [],
  exposedPorts: [],
  volumes: [],
  env: [],
  labels: [],
  annotations: [],
};
const config: ImageConfig = {
  architecture: "arm",
  os: "linux",
  variant: "v7",
  config: { Env: ["A=1", "B=2"], Labels: { a: "b" }, Healthcheck: { Test: ["x"] }, Cmd: ["c"] },
  rootfs: { type: "layers", diff_ids: [] },
  extension: { kept: [1] },
};
const manifest = {
  schemaVersion: 2,
  layers: [],
  annotations: { k: "v" },
  unknown: true,
} as unknown as Manifest;
const change = (changes: Partial<ConfigChange>) =>
  changeImage({ config, manifest }, { ...NOTHING, ...changes });

test("what no flag names stays: variant, health check, extensions", () => {
  const changed = change({ author: "me" });
  expect(changed.config).toMatchObject({ ...config, author: "me" });
  expect(changed.manifest).toMatchObject(manifest);
  expect(config).not.toHaveProperty("author");
});

test("variables are replaced where they stand, the others added", () => {
  expect(change({ env: ["C=3", "A=x=y"] }).config.config?.Env).toEqual(["A=x=y", "B=2", "C=3"]);
  expect(() => change({ env: ["=x"] })).toThrow("config.env: must have non-empty name: =x");
});

test("an annotation without a value is refused, not a crash", () => {
  expect(() => change({ annotations: ["x"] })).toThrow("manifest.annotation: must contain '=': x");
});

test("what is cleared is cleared before anything is set", () => {
  const changed = change({ clear: ["config.env", "config.labels", "manifest.annotations"], env: ["Z=1"] });
  expect(changed.config.config).toMatchObject({ Env: ["Z=1"], Labels: {}, Cmd: ["c"] });
  expect(changed.manifest.annotations).toEqual({});
});

test("names that are those of every object's own are names like any other", () => {
  const changed = change({ labels: ["__proto__=x", "constructor=y"], annotations: ["__proto__=z"] });
  expect(Object.entries(changed.config.config?.Labels ?? {})).toEqual([
    ["a", "b"],
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
  expect(Object.keys(changed.manifest.annotations ?? {})).toEqual(["k", "__proto__"]);
});

test("a history entry says what it was told, else what the command says", () => {
  const origin = { createdBy: "umoci config", author: "me", now: "2020-01-01T00:00:00Z", empty: true };
  expect(historyEntry({}, origin)).toEqual({
    created: "2020-01-01T00:00:00Z",
    created_by: "umoci config",
    author: "me",
    empty_layer: true,
  });
  expect(
    historyEntry(
      { author: "", comment: "c", created: "2001-01-01T00:00:00.10Z" },
      { ...origin, empty: false },
    ),
  ).toEqual({
    created: "2001-01-01T00:00:00.1Z",
    created_by: "umoci config",
    comment: "c",
  });
  expect(() => historyEntry({ created: "x" }, origin)).toThrow("parsing --history.created: parsing time");
});

test("seconds become a time, as far as years have four digits", () => {
  expect(timeText(0)).toBe("1970-01-01T00:00:00Z");
  expect(timeText(-1)).toBe("1969-12-31T23:59:59Z");
  expect(timeText(1_000_000_000, 120)).toBe("2001-09-09T01:46:40.00000012Z");
  expect(() => timeText(99_999_999_999_999)).toThrow("year outside of range");
});

test("platforms have several names", () => {
  const same = (a: string, b: string) => samePlatform(parsePlatform(a), parsePlatform(b));
  expect(same("linux/x86_64", "amd64")).toBe(true);
  expect(same("linux/arm64/v8", "linux/aarch64")).toBe(true);
  expect(same("linux/arm", "linux/arm/v7")).toBe(true);
  expect(same("linux/arm/v6", "linux/arm/v7")).toBe(false);
  expect(same("linux/armhf", "linux/arm/7")).toBe(true);
  expect(same("freebsd/amd64", "linux/amd64")).toBe(false);
  expect(
    ["", "a/b/c/d", "linux/", "a b"]
      .map((text) => () => parsePlatform(text))
      .every((read) => {
        try {
          read();
          return false;
        } catch {
          return true;
        }
      }),
  ).toBe(true);
  expect(
    ["x86_64", "aarch64", "armv7l", "riscv64"].map((name) => platformText(platformOfMachine(name))),
  ).toEqual(["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/riscv64"]);
});

test("id mappings", () => {
  expect(parseIdMapping("1:2", "--uid-map")).toEqual({ containerID: 1, hostID: 2, size: 1 });
  expect(parseIdMapping("0:100000:65536", "--uid-map")).toEqual({
    containerID: 0,
    hostID: 100000,
    size: 65536,
  });
  expect(() => parseIdMapping("0:4294967296", "--uid-map")).toThrow("value out of range");
  const none = { uidMappings: [], gidMappings: [] };
  expect(completeMap({ ...none, rootless: false }, { uid: 5, gid: 6 })).toEqual({ ...none, rootless: false });
  expect(completeMap({ ...none, rootless: true }, { uid: 5, gid: 6 })).toEqual({
    uidMappings: [{ containerID: 0, hostID: 5, size: 1 }],
    gidMappings: [{ containerID: 0, hostID: 6, size: 1 }],
    rootless: true,
  });
});
