import { beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { makeLayout, sha256Of, type TestLayout } from "../../test/support/layout.ts";
import { workDirectory } from "../../test/support/work-directory.ts";
import { MANIFEST } from "../codec/image/shapes.ts";
import { type Descriptor, MEDIA_TYPE, REF_NAME } from "../spec/image.ts";
import { Layout } from "./layout.ts";

const dir = workDirectory();
let made: TestLayout;
let count = 0;
beforeEach(() => {
  made = makeLayout(`${dir}/${count++}`);
});

/** Runs `work` on the layout, opened. */
function opened<T>(work: (layout: Layout) => T): T {
  const layout = Layout.open(made.path);
  try {
    return work(layout);
  } finally {
    layout.close();
  }
}

const temporaries = () => readdirSync(made.path).filter((name) => name.startsWith(".umoci-"));
const blobs = () => readdirSync(`${made.path}/blobs/sha256`).sort();

describe("a directory", () => {
  test("that is made is a layout, all at once", () => {
    const path = `${dir}/new/deep/l`;
    const layout = Layout.create(path);
    expect(layout.index()).toEqual({ schemaVersion: 2, mediaType: MEDIA_TYPE.index, manifests: [] });
    layout.close();
    expect(readFileSync(`${path}/oci-layout`, "utf8")).toBe('{"imageLayoutVersion":"1.0.0"}\n');
    expect(readdirSync(`${dir}/new/deep`)).toEqual(["l"]);
    expect(() => Layout.create(path)).toThrow(`image layout creation: path already exists: ${path}`);
    expect(readdirSync(`${dir}/new/deep`)).toEqual(["l"]);
  });

  const file = (name: string, text: string) => () => writeFileSync(`${made.path}/${name}`, text);
  test.each([
    ["nothing", () => rmSync(made.path, { recursive: true }), "read oci-layout: invalid image detected"],
    ["no mark", () => rmSync(`${made.path}/oci-layout`), "read oci-layout: invalid image detected"],
    ["another version", file("oci-layout", '{"imageLayoutVersion":"1.0.1"}'), "version is not supported"],
    ["a mark that is no JSON", file("oci-layout", "{"), "parse oci-layout"],
    ["a mark that is null", file("oci-layout", "null"), "version is not supported"],
    ["no blobs", () => rmSync(`${made.path}/blobs`, { recursive: true }), "check blobdir: invalid image"],
    ["no index", () => rmSync(`${made.path}/index.json`), "check index: invalid image"],
  ])("with %s is none", (_, spoil, message) => {
    spoil();
    expect(() => opened(() => {})).toThrow(message);
  });

  test.each(["blobs", "index.json", "oci-layout"])("whose %s is a symbolic link is none", (name) => {
    renameSync(`${made.path}/${name}`, `${made.path}/real`);
    symlinkSync("real", `${made.path}/${name}`);
    expect(() => opened((layout) => layout.index())).toThrow(/open CAS: validate/);
  });

  test("with a FIFO for an index or a mark is refused, not waited for", () => {
    for (const name of ["index.json", "oci-layout"]) {
      rmSync(`${made.path}/${name}`);
      Bun.spawnSync(["mkfifo", `${made.path}/${name}`]);
      expect(() => opened(() => {})).toThrow("invalid image detected");
    }
  });

  test("an index of more than 32 MiB is refused before it is read", () => {
    Bun.spawnSync(["truncate", "-s", "1G", `${made.path}/index.json`]);
    expect(() => opened((layout) => layout.index())).toThrow(/index.*file too large/);
  });
});

describe("blobs", () => {
  test("are written whole, under their digest, and nothing else stays", () => {
    opened((layout) => {
      const writer = layout.createBlob();
      writer.write(new Uint8Array(64).fill(7));
      writer.write(new Uint8Array(3).fill(8));
      expect(blobs()).toEqual([]);
      const { digest, size } = writer.commit();
      const bytes = new Uint8Array([...new Uint8Array(64).fill(7), 8, 8, 8]);
      expect({ digest, size }).toEqual({ digest: `sha256:${sha256Of(bytes)}`, size: 67 });
      expect(layout.readBlob({ mediaType: "x", digest, size })).toEqual(bytes);
      layout.createBlob().abort();
      layout.createBlob().write(bytes);
      expect(temporaries()).toHaveLength(1);
    });
    expect(temporaries()).toEqual([]);
    expect(blobs()).toHaveLength(1);
  });

  test("are as readable as the umask allows, and root gives them to the layout's owner", () => {
    Bun.spawnSync(["chown", "1234:1235", made.path]);
    opened((layout) => layout.putReference("a", { mediaType: "x", ...layout.putBytes(new Uint8Array(5)) }));
    for (const path of [made.file(`sha256:${blobs()[0]}`), `${made.path}/index.json`]) {
      const { uid, gid, mode } = statSync(path);
      expect([uid, gid, mode & 0o777]).toEqual([1234, 1235, 0o666 & ~process.umask()]);
    }
  });

  const text = "some content";
  const good: Descriptor = { mediaType: "x", digest: `sha256:${sha256Of(text)}`, size: text.length };
  const read = (descriptor: Descriptor) => opened((layout) => layout.readBlob(descriptor));
  const open = (descriptor: Descriptor) => opened((layout) => layout.openBlob(descriptor));

  test.each([
    ["another content", "same content", "verified reader digest mismatch"],
    ["one byte more", `${text}x`, "verified reader size mismatch"],
    ["many bytes more", text + "x".repeat(100_000), "verified reader size mismatch"],
    ["one byte less", text.slice(1), "verified reader digest mismatch"],
    ["nothing", "", "verified reader digest mismatch"],
  ])("with %s are refused", (_, content, message) => {
    writeFileSync(made.file(good.digest), content);
    expect(() => read(good)).toThrow(message);
    if (content.length !== text.length) expect(() => open(good)).toThrow("verified reader size mismatch");
  });

  test("of a size that the descriptor lies about are refused", () => {
    made.put(text, "x");
    expect(read(good)).toHaveLength(text.length);
    expect(() => read({ ...good, size: good.size + 1 })).toThrow("size mismatch");
    expect(() => read({ ...good, size: good.size - 1 })).toThrow("digest mismatch");
    expect(() => read({ ...good, size: 2 ** 40 })).toThrow("more than a document has");
  });

  test("that are links, directories or FIFOs are refused, not followed or waited for", () => {
    const path = made.file(good.digest);
    writeFileSync(`${dir}/outside`, text);
    const forms = [
      () => symlinkSync(`${dir}/outside`, path),
      () => mkdirSync(path),
      () => Bun.spawnSync(["mkfifo", path]),
    ];
    for (const make of forms) {
      make();
      expect(() => read(good)).toThrow(`open blob ${good.digest}`);
      expect(() => open(good)).toThrow(`open blob ${good.digest}`);
      rmSync(path, { recursive: true });
    }
    expect(() => read(good)).toThrow("no such file or directory");
  });

  test.each([
    "sha256:../../../../etc/passwd",
    `sha256:${"a".repeat(63)}`,
    `sha256:${"A".repeat(64)}`,
    `sha512:${"a".repeat(128)}`,
    `md5:${"a".repeat(32)}`,
    "",
  ])("of the digest %p are not looked for", (digest) => {
    expect(() => read({ ...good, digest })).toThrow("unsupported algorithm or malformed digest");
  });

  test("can come with their descriptor, when they are what it says", () => {
    const data = Buffer.from(text).toString("base64");
    expect(read({ ...good, data })).toEqual(Buffer.from(text));
    expect(() => read({ ...good, data: Buffer.from("same content").toString("base64") })).toThrow(
      "digest mismatch",
    );
    expect(() => read({ ...good, data: Buffer.from(`${text}x`).toString("base64") })).toThrow(
      "size mismatch",
    );
  });
});

describe("documents", () => {
  const manifest = (more: object) => {
    const descriptor = made.image({}, more);
    return opened((layout) => layout.readManifest(descriptor));
  };
  const config = (more: object) => {
    const descriptor = made.put(
      { os: "linux", rootfs: { type: "layers", diff_ids: [] }, ...more },
      MEDIA_TYPE.config,
    );
    return opened((layout) => layout.readConfig(descriptor));
  };

  test.each([
    [{ manifests: [] }, 'it is a manifest and has "manifests"'],
    [{ mediaType: MEDIA_TYPE.index }, "it calls itself"],
    [{ config: undefined }, "it has no config"],
    [{ layers: [{ mediaType: "x", digest: `sha256:${"a".repeat(64)}`, size: -1 }] }, "layers[0].size"],
    [{ layers: [{ mediaType: "x", digest: `sha256:${"a".repeat(64)}`, size: 1.5 }] }, "layers[0].size"],
    [{ layers: [{ mediaType: "x", digest: "sha256:../../x", size: 1 }] }, "layers[0].digest"],
    [{ layers: [{ mediaType: "x", digest: `sha512:${"a".repeat(128)}`, size: 1 }] }, "unsupported algorithm"],
    [{ layers: {} }, "layers is not a list"],
    [{ annotations: { a: 1 } }, "annotations is not an object of texts"],
    [{ Layers: [] }, "to some programs and not to others"],
  ])("a manifest with %p is refused", (more, message) => {
    expect(() => manifest(more)).toThrow(message);
  });

  test("a field that is null is one that is absent, and others are kept", () => {
    expect(manifest({ layers: null, annotations: null, extra: { a: [1] } })).toMatchObject({
      layers: [],
      extra: { a: [1] },
    });
    expect(manifest({ annotations: null })).not.toHaveProperty("annotations");
    expect(config({ config: null, history: null, Healthcheck: { Test: ["x"] } })).toMatchObject({
      architecture: "",
      config: {},
      Healthcheck: { Test: ["x"] },
    });
  });

  test.each([
    [{ config: { Env: "A=b" } }, "config.Env is not a list"],
    [{ config: { Env: [1] } }, "config.Env[0] is not text"],
    [{ config: { env: [] } }, "to some programs and not to others"],
    [{ created: "yesterday" }, "created is not a time"],
    [{ history: [{ created: 5 }] }, "history[0].created is not a time"],
    [{ rootfs: [] }, "rootfs is not an object"],
  ])("a configuration with %p is refused", (more, message) => {
    expect(() => config(more)).toThrow(message);
  });

  test("duplicate keys and endless nesting are refused", () => {
    const twice = made.put('{"schemaVersion":2,"layers":[],"layers":[]}', MEDIA_TYPE.manifest);
    expect(() => opened((layout) => layout.readManifest(twice))).toThrow("layers");
    const deep = made.put(`{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`, MEDIA_TYPE.manifest);
    expect(() => opened((layout) => layout.readManifest(deep))).toThrow(/nest|deep|level/);
  });

  test("of Docker's types are read as what they are", () => {
    const described = made.put(
      { os: "linux", rootfs: { type: "layers", diff_ids: [] } },
      MEDIA_TYPE.dockerConfig,
    );
    const document = {
      schemaVersion: 2,
      mediaType: MEDIA_TYPE.dockerManifest,
      config: described,
      layers: [],
    };
    const docker = made.put(document, MEDIA_TYPE.dockerManifest);
    opened((layout) => {
      expect(layout.readConfig(layout.readManifest(docker).config).os).toBe("linux");
      expect(() => layout.readManifest({ ...docker, mediaType: MEDIA_TYPE.manifest })).toThrow(
        "it calls itself",
      );
      expect(() => layout.readIndexBlob(docker)).toThrow("its media type is");
    });
  });
});

describe("a tag", () => {
  test("leads through indexes to one image", () => {
    const image = made.image();
    const inner = made.list([image]);
    const outer = made.list([inner]);
    made.tags({ a: outer, b: image });
    opened((layout) => {
      expect(layout.resolve("a").map((one) => one.digest)).toEqual([
        outer.digest,
        inner.digest,
        image.digest,
      ]);
      expect(layout.resolve("b")).toHaveLength(1);
      expect(() => layout.resolve("c")).toThrow("tag not found: c");
      expect(layout.references()).toEqual(["a", "b"]);
    });
  });

  test("of several platforms is ambiguous until one is chosen", () => {
    const arm = {
      ...made.image({ architecture: "arm", variant: "v7" }),
      platform: { os: "linux", architecture: "arm", variant: "v7" },
    };
    const amd = made.image();
    made.tags({ a: made.list([arm, amd]) });
    opened((layout) => {
      expect(() => layout.resolve("a")).toThrow("tag is ambiguous: a");
      const chosen = (os: string, architecture: string) =>
        layout.resolve("a", { os, architecture }).at(-1)?.digest;
      expect(chosen("linux", "arm")).toBe(arm.digest);
      expect(chosen("linux", "x86_64")).toBe(amd.digest);
      expect(() => chosen("linux", "riscv64")).toThrow("tag not found: a for linux/riscv64");
    });
  });

  test("to indexes that fan out a million times is walked at once", () => {
    let level = [made.image()];
    for (let i = 0; i < 8; i++) {
      const index = made.list(
        Array.from({ length: 10 }, () => level[0]!),
        { annotations: { level: String(i) } },
      );
      level = [index];
    }
    made.tags({ a: level[0]! });
    expect(opened((layout) => layout.resolve("a"))).toHaveLength(9);
  });

  test("to indexes in one another is followed 200 deep, and not without end", () => {
    let at = made.image();
    const nested = (depth: number) => {
      for (let i = 0; i < depth; i++) at = made.list([at]);
      made.tags({ a: at });
      return opened((layout) => layout.resolve("a"));
    };
    expect(nested(200)).toHaveLength(201);
    expect(() => nested(400)).toThrow("more than 512 indexes in one another");
  });

  test("to what is missing, or in a circle, is one clear error", () => {
    const digest = `sha256:${"5".repeat(64)}`;
    const self = { mediaType: MEDIA_TYPE.index, digest, size: 9 };
    made.tags({ a: self });
    expect(() => opened((layout) => layout.resolve("a"))).toThrow(`open blob ${digest}: openat2`);
    const circle = JSON.stringify({ schemaVersion: 2, manifests: [{ ...self, size: 200 }] });
    writeFileSync(made.file(digest), circle);
    made.tags({ a: { ...self, size: circle.length } });
    expect(() => opened((layout) => layout.resolve("a"))).toThrow("verified reader digest mismatch");
  });

  test("is set at the end of the index; what else an entry and the index say is kept", () => {
    const image = made.image();
    const inner = made.list([{ ...image, platform: { os: "linux", architecture: "amd64" } }], {
      annotations: { k: "v" },
    });
    made.tags({ a: { ...inner, annotations: { x: "<y>" } }, b: image });
    const index = made.index();
    writeFileSync(`${made.path}/index.json`, JSON.stringify({ ...index, ours: [1] }));
    opened((layout) => {
      const manifest = layout.readManifest(image);
      const put = layout.putJson({ ...manifest, annotations: { new: "one" } }, MANIFEST);
      layout.setReference("a", layout.resolve("a"), { mediaType: MEDIA_TYPE.manifest, ...put });
      expect(layout.references()).toEqual(["b", "a"]);
      const [root, leaf] = layout.resolve("a");
      expect(root.annotations).toEqual({ x: "<y>", [REF_NAME]: "a" });
      expect(layout.readIndexBlob(root).annotations).toEqual({ k: "v" });
      expect(leaf).toEqual({
        mediaType: MEDIA_TYPE.manifest,
        ...put,
        platform: { os: "linux", architecture: "amd64" },
      });
      expect(layout.resolve("b").at(-1)?.digest).toBe(image.digest);
    });
    expect(readFileSync(`${made.path}/index.json`, "utf8")).toContain('"x":"\\u003cy\\u003e"}');
    expect(made.index().ours).toEqual([1]);
  });

  test("is taken away with all its entries, and one that was not there is told", () => {
    const image = made.image();
    made.tags({ a: image, b: image });
    opened((layout) => {
      expect(layout.removeReference("a")).toBe(true);
      expect(layout.removeReference("a")).toBe(false);
      expect(layout.references()).toEqual(["b"]);
    });
  });
});

describe("garbage", () => {
  test("is what no tag leads to; nothing that is not ours is touched", () => {
    const lost = made.put("lost", "x");
    const layer = made.put("layer", MEDIA_TYPE.layer);
    const subject = made.image({ author: "subject" });
    const image = made.image({}, { layers: [layer], subject });
    made.tags({ a: made.list([image]) });
    mkdirSync(`${made.path}/.umoci-abandoned`);
    mkdirSync(`${made.path}/.other`);
    writeFileSync(`${made.path}/blobs/sha256/foreign`, "");
    const before = blobs();
    expect(opened((layout) => layout.collectGarbage()).sort()).toEqual([".umoci-abandoned", lost.digest]);
    expect(blobs()).toEqual(before.filter((name) => !lost.digest.endsWith(name)));
    expect(existsSync(`${made.path}/.other`)).toBe(true);
    expect(opened((layout) => layout.collectGarbage())).toEqual([]);
  });

  test("is not collected when the way to what is kept is broken", () => {
    made.put("lost", "x");
    made.tags({ a: { mediaType: MEDIA_TYPE.manifest, digest: `sha256:${"1".repeat(64)}`, size: 5 } });
    expect(() => opened((layout) => layout.collectGarbage())).toThrow("open blob");
    expect(blobs()).toHaveLength(1);
  });

  test("a layout that nobody may write to says so", () => {
    made.put("lost", "x");
    Bun.spawnSync(["mount", "--bind", made.path, made.path]);
    Bun.spawnSync(["mount", "-o", "remount,bind,ro", made.path]);
    try {
      expect(() => opened((layout) => layout.collectGarbage())).toThrow("read-only file system");
      expect(() => opened((layout) => layout.putBytes(new Uint8Array(1)))).toThrow("put blob");
      expect(opened((layout) => layout.references())).toEqual([]);
    } finally {
      Bun.spawnSync(["umount", made.path]);
    }
    chmodSync(made.path, 0o755);
  });
});
