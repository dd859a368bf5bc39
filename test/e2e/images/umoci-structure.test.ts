/**
 * Images that are broken, strange, or of other makes, with every command: one clear line and a layout that is as it was, or
 * the work done and nothing lost on the way.
 */

import { beforeEach, describe, expect, test } from "bun:test";
import { renameSync, symlinkSync, writeFileSync } from "node:fs";
import { type Descriptor, MEDIA_TYPE } from "../../../src/spec/image.ts";
import { makeLayout, type TestLayout } from "../../support/layout.ts";
import { built, hookwright } from "../../support/programs.ts";
import { runIn } from "../../support/umoci.ts";
import { workDirectory } from "../../support/work-directory.ts";

const work = workDirectory();
let dir: string;
let made: TestLayout;
let count = 0;
beforeEach(() => {
  dir = `${work}/${count++}`;
  made = makeLayout(`${dir}/l`);
});

const ours = (...words: string[]) => runIn(dir, "ours", words, { SOURCE_DATE_EPOCH: "0" });
const manifest = (content: unknown) => made.put(content, MEDIA_TYPE.manifest);
const layer = { mediaType: MEDIA_TYPE.layer, digest: `sha256:${"1".repeat(64)}`, size: 1 };
const of = (descriptor: object) => ({ ...made.image(), ...descriptor }) as Descriptor;
const text = (body: string) => writeFileSync(`${made.path}/index.json`, body);

/** Each makes the tag `t` of a layout that something is wrong with. */
const BROKEN: { [name: string]: () => void } = {
  "a digest that climbs": () => made.tags({ t: of({ digest: "sha256:../../../etc/passwd" }) }),
  "a short digest": () => made.tags({ t: of({ digest: "sha256:abc" }) }),
  "an upper-case digest": () => made.tags({ t: of({ digest: `sha256:${"A".repeat(64)}` }) }),
  "another algorithm": () => made.tags({ t: of({ digest: `sha512:${"a".repeat(128)}` }) }),
  "a negative size": () => made.tags({ t: of({ size: -1 }) }),
  "a size too small": () => made.tags({ t: of({ size: 3 }) }),
  "a size too large": () => made.tags({ t: of({ size: 3000 }) }),
  "a huge size": () => made.tags({ t: of({ size: 2 ** 52 }) }),
  "a size beyond numbers": () =>
    text(JSON.stringify({ manifests: [of({})] }).replace(/"size":\d+/, '"size":1e400')),
  "no blob": () => made.tags({ t: of({ digest: `sha256:${"0".repeat(64)}` }) }),
  "data that is not the blob": () => made.tags({ t: of({ data: "eHg=" }) }),
  "an index as manifest": () => made.tags({ t: manifest({ schemaVersion: 2, manifests: [] }) }),
  "a manifest as index": () => made.tags({ t: { ...made.image(), mediaType: MEDIA_TYPE.index } }),
  "two kinds at once": () => made.tags({ t: manifest({ config: layer, layers: [], manifests: [] }) }),
  "no config": () => made.tags({ t: manifest({ schemaVersion: 2, layers: [] }) }),
  "a config that is no JSON": () =>
    made.tags({ t: made.image({}, { config: made.put("{", MEDIA_TYPE.config) }) }),
  "a config that is a list": () =>
    made.tags({ t: made.image({}, { config: made.put("[]", MEDIA_TYPE.config) }) }),
  "a config of null": () => made.tags({ t: made.image({}, { config: made.put("null", MEDIA_TYPE.config) }) }),
  "layers that are no list": () => made.tags({ t: made.image({}, { layers: "x" }) }),
  "an environment of numbers": () => made.tags({ t: made.image({ config: { Env: [1] } }) }),
  "a manifest of nothing": () => made.tags({ t: manifest("") }),
  "a manifest of zeros": () => made.tags({ t: manifest(new Uint8Array(100)) }),
  "keys twice": () => made.tags({ t: manifest('{"layers":[],"layers":[],"config":{}}') }),
  "endless nesting": () => made.tags({ t: manifest("[".repeat(200_000)) }),
  "an index of text": () => text('"x"'),
  "an index of null": () => text("null"),
  "an index that is cut": () => text('{"manifests":['),
  "an index with manifests of null": () => text('{"manifests":[null]}'),
  "an index of one deep value": () => text(`{"x":${"[".repeat(200_000)}`),
  "an index that says to be a manifest": () => text(`{"mediaType":"${MEDIA_TYPE.manifest}","manifests":[]}`),
  "a blob that is a link": () => {
    const image = made.image();
    renameSync(made.file(image.digest), `${dir}/elsewhere`);
    symlinkSync(`${dir}/elsewhere`, made.file(image.digest));
    made.tags({ t: image });
  },
  "indexes without a leaf": () => made.tags({ t: made.list([]) }),
  "a tag that is a layer": () => made.tags({ t: made.put("x", MEDIA_TYPE.layer) }),
};

const VERBS: { [verb: string]: string[] } = {
  stat: ["stat", "--image", "l:t"],
  config: ["config", "--image", "l:t", "--author", "x"],
  "runtime-config": ["raw", "runtime-config", "--image", "l:t", "c.json"],
};

describe.skipIf(!built("umoci"))("broken images", () => {
  test.each(Object.keys(BROKEN))("%s", (name) => {
    BROKEN[name]?.();
    const before = ours("--version").files;
    for (const [verb, words] of Object.entries(VERBS)) {
      const { code, stdout, stderr, files } = ours(...words);
      expect([verb, code, stdout]).toEqual([verb, 1, ""]);
      expect(stderr).toMatch(/^ {3}⨯ [^\n]+\n$/);
      expect(files).toEqual(before);
    }
    // These do not look at the image; what they need they say.
    for (const words of [
      ["list", "--layout", "l"],
      ["gc", "--layout", "l"],
      ["tag", "--image", "l:t", "u"],
      ["rm", "--image", "l:t"],
    ]) {
      const { code, stderr, files } = ours(...words);
      expect([0, 1]).toContain(code);
      expect(stderr).toMatch(code === 0 ? /^$/ : /^ {3}⨯ [^\n]+\n$/);
      if (code !== 0) expect(files).toEqual(before);
    }
  });
});

describe.skipIf(!built("umoci"))("strange images, which are shown and changed", () => {
  const shown = () => {
    const { code, stdout, stderr } = ours("stat", "--image", "l:t");
    expect([code, stderr]).toEqual([0, ""]);
    return stdout;
  };

  test("a history that is longer than the layers, or has no times", () => {
    made.tags({ t: made.image({ history: [{ created_by: "a" }, { created: "2020-01-01T00:00:00Z" }] }) });
    const lines = shown().split("== HISTORY ==\n")[1]?.split("\n") ?? [];
    expect(lines[1]).toStartWith("<none> <none>");
    expect(lines[2]).toStartWith("<none> 2020-01-01T00:00:00Z");
    const { history } = JSON.parse(ours("stat", "--image", "l:t", "--json").stdout);
    expect(history[0]).toEqual({ layer: null, diff_id: "", created_by: "a" });
  });

  test("layers of null, fewer diff ids than layers, and an artifact", () => {
    made.tags({ t: made.image({}, { layers: null }) });
    expect(shown()).toContain("== CONFIG ==");
    made.tags({ t: made.image({ history: [{}] }, { layers: [layer] }) });
    expect(shown()).toContain(layer.digest);
    made.tags({ t: made.image({}, { config: made.put("{}", MEDIA_TYPE.empty), artifactType: "x/y" }) });
    expect(shown()).not.toContain("== CONFIG ==");
  });

  test("control characters are escaped in text", () => {
    made.tags({ t: made.image({ author: "\u001b[2J", config: { Labels: { "\u0007": "\u009b" } } }) });
    expect(shown()).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  });
});

describe.skipIf(!built("umoci"))("what a change keeps", () => {
  const changed = (...flags: string[]) => {
    expect(ours("config", "--image", "l:t", ...flags)).toMatchObject({ code: 0, stderr: "" });
    const { manifest, config } = JSON.parse(ours("stat", "--image", "l:t", "--json").stdout);
    return { manifest: manifest.blob, config: config.blob, entry: manifest.descriptor };
  };

  test("variant, health check, extensions of configuration, manifest and index", () => {
    const extra = { extension: { "<": [1, null, "é", 0.5] } };
    const image = made.image(
      { variant: "v7", config: { Healthcheck: { Test: ["x"] }, Shell: ["s"] }, ...extra },
      extra,
    );
    made.tags({ t: { ...image, ...extra } });
    writeFileSync(`${made.path}/index.json`, JSON.stringify({ ...made.index(), ...extra }));
    const { manifest, config, entry } = changed("--author", "me");
    expect(config).toMatchObject({
      author: "me",
      variant: "v7",
      config: { Healthcheck: { Test: ["x"] }, Shell: ["s"] },
      ...extra,
    });
    expect([manifest, entry, made.index()]).toMatchObject([extra, extra, extra]);
  });

  test("numbers that JavaScript cannot hold, to the last digit", () => {
    const body =
      '{"architecture":"","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]},"n":[12345678901234567890,1.0,-0,1E2]}';
    made.tags({ t: made.image({}, { config: made.put(body, MEDIA_TYPE.config) }) });
    expect(ours("config", "--image", "l:t", "--no-history").code).toBe(0);
    const { stdout } = ours("stat", "--image", "l:t", "--json");
    expect(stdout).toContain('"n":[12345678901234567890,1.0,-0,1E2]');
  });

  test("Docker's media types", () => {
    const { dockerManifest, dockerConfig, dockerLayer } = MEDIA_TYPE;
    const config = made.put(
      {
        os: "linux",
        architecture: "amd64",
        rootfs: { type: "layers", diff_ids: [] },
        container_config: { x: 1 },
      },
      dockerConfig,
    );
    const layers = [{ ...layer, mediaType: dockerLayer }];
    made.tags({
      t: made.put({ schemaVersion: 2, mediaType: dockerManifest, config, layers }, dockerManifest),
    });
    const seen = changed("--config.user", "1000");
    expect(seen.manifest).toMatchObject({
      mediaType: dockerManifest,
      config: { mediaType: dockerConfig },
      layers,
    });
    expect(seen.config).toMatchObject({ config: { User: "1000" }, container_config: { x: 1 } });
    expect(seen.entry.mediaType).toBe(dockerManifest);
    expect(ours("raw", "config", "--image", "l:t", "c.json").code).toBe(0);
  });

  test("the other platforms of an index", () => {
    const arm = {
      ...made.image({ architecture: "arm64" }),
      platform: { os: "linux", architecture: "arm64" },
    };
    const amd = { ...made.image(), platform: { os: "linux", architecture: "amd64" } };
    made.tags({ t: made.list([arm, amd]) });
    expect(ours("config", "--image", "l:t", "--author", "x").stderr).toBe("   ⨯ tag is ambiguous: t      \n");
    expect(ours("config", "--image", "l:t", "--platform", "linux/arm64", "--author", "x").code).toBe(0);
    const stat = (platform: string) =>
      JSON.parse(ours("stat", "--json", "--image", "l:t", "--platform", platform).stdout);
    expect(stat("arm64").config.blob.author).toBe("x");
    expect(stat("amd64").manifest.descriptor).toEqual(amd);
    expect(ours("tag", "--image", "l:t", "--platform", "amd64", "one").code).toBe(0);
    expect(ours("stat", "--image", "l:one").code).toBe(0);
    expect(ours("stat", "--image", "l:t", "--platform", "s390x").stderr).toContain(
      "tag not found: t for linux/s390x",
    );
    expect(ours("stat", "--image", "l:t", "--platform", "/").stderr).toContain("it is no OS/ARCHITECTURE");
  });
});

describe.skipIf(!built("hookwright"))("as hookwright image", () => {
  const image = (...words: string[]) => hookwright(work, ["image", ...words], { cwd: dir });

  test("the same commands, and the mend of a failure", async () => {
    made.tags({ t: made.image() });
    expect(await image("ls", "--layout", "l")).toMatchObject({ code: 0, stdout: "t\n", stderr: "" });
    const { code, stderr } = await image("stat", "--image", "l:u");
    expect([code, stderr]).toEqual([
      1,
      "   ⨯ tag not found: u         \nhint: `list` says which tags there are.\n",
    ]);
    expect((await image("--help")).stdout).toContain("hookwright image stat --image ./images:base");
    expect(await image("validate", "l:t")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("as they should be"),
    });
    expect(await hookwright(work, ["--debug", "image", "ls", "--layout", "l"], { cwd: dir })).toMatchObject({
      code: 2,
    });
  });

  test("validate and index", async () => {
    made.tags({ a: made.image(), b: made.image({ architecture: "arm64" }), c: made.image({ os: "" }) });
    const found = await image("validate", "l", "--format", "json");
    expect([found.code, JSON.parse(found.stdout).problems]).toEqual([
      1,
      [expect.objectContaining({ tag: "c", problem: "os is missing" })],
    ]);
    expect(await image("index", "l:both", "--from", "a", "--from", "b", "-q")).toMatchObject({
      code: 0,
      stdout: "linux/amd64\nlinux/arm64\n",
    });
    expect((await image("validate", "l:both")).code).toBe(0);
    expect((await image("index", "l:a b", "--from", "a")).code).toBe(2);
    expect((await image("validate", "nowhere")).stderr).toContain("invalid image detected");
  });
});
