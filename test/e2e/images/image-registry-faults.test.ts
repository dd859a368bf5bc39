/** What a registry client must survive, before a real registry: broken connections, busy and lying servers. */

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { parseReference } from "../../../src/codec/image/reference.ts";
import { primitive } from "../../../src/host/bun.ts";
import { bind } from "../../../src/linux/primitive.ts";
import { copyImage } from "../../../src/media/copy.ts";
import type { Sink, Source } from "../../../src/media/medium.ts";
import { layoutSink, layoutSource } from "../../../src/media/medium-layout.ts";
import { registrySink, registrySource } from "../../../src/media/medium-registry.ts";
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy.ts";
import { registryOptions } from "../../support/media.ts";
import { hookwright } from "../../support/programs.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import { blobOf, type Sample, sampleImage } from "../../support/sample-image.ts";

bind(primitive);

let work: string;
let registry: TestRegistry;
let proxy: FaultProxy;
let image: Sample;
let serial = 0;

beforeAll(async () => {
  work = mkdtempSync("/tmp/hookwright-faults-");
  registry = await startRegistry({ dir: `${work}/registry` });
  proxy = await startFaultProxy(registry.host);
  image = sampleImage(`${work}/image`, { layers: [2_000_000, 10_000_000] });
  await copied(layoutSource(image.dir, "latest"), await sinkAt("a"));
});
afterAll(async () => {
  proxy.stop();
  await registry.stop();
  rmSync(work, { recursive: true });
});
beforeEach(() => proxy.decide(() => undefined));

const at = (name: string) => parseReference(`${proxy.host}/${name}:1`);
const sinkAt = (name: string) => registrySink(at(name), registryOptions());
const sourceAt = (name: string, stall = 5000) => registrySource(at(name), registryOptions({ stall }));
const freshLayout = () => `${work}/layout-${serial++}`;

async function copied(source: Source, sink: Sink) {
  try {
    return await copyImage(source, sink, { referrers: true });
  } finally {
    await source.close();
    await sink.close();
  }
}

const isBlob = (path: string) => path.includes("/blobs/sha256:");
const big = () => image.layers[1]?.digest ?? "";

test("a connection that breaks in a blob is taken up where it broke", async () => {
  let cuts = 0;
  proxy.decide(({ path }) => (path.includes(big()) && cuts++ < 3 ? { cutAnswer: 4_000_000 } : undefined));
  const layout = freshLayout();
  expect(await copied(await sourceAt("a"), layoutSink(layout, "x"))).toMatchObject({ sent: 3 });
  const ranges = proxy.asked.filter(({ path }) => path.includes(big())).map(({ headers }) => headers.range);
  expect(ranges[0]).toBeUndefined();
  expect(ranges.slice(1).every((range) => /^bytes=[1-9]\d+-$/.test(range ?? ""))).toBe(true);
  expect(blobOf(layout, big()).equals(blobOf(image.dir, big()))).toBe(true);
});

test("one that always breaks at once is given up, and the layout has no tag", async () => {
  proxy.decide(({ path }) => (path.includes(big()) ? { cutAnswer: 10 } : undefined));
  const layout = freshLayout();
  await expect(copied(await sourceAt("a"), layoutSink(layout, "x"))).rejects.toMatchObject({
    code: "blob_cut",
  });
  expect((await Bun.file(`${layout}/index.json`).json()).manifests).toEqual([]);
  // What has arrived is not fetched again.
  proxy.decide(() => undefined);
  expect(await copied(await sourceAt("a"), layoutSink(layout, "x"))).toMatchObject({ kept: 2, sent: 1 });
});

test.each([429, 500, 502, 503])("%p is asked again, after the time that was asked for", async (status) => {
  let refused = 0;
  proxy.decide(({ path }) => {
    const fault = { status, headers: { "retry-after": "1" } };
    return path.includes("/manifests/") && refused++ < 1 ? fault : undefined;
  });
  const start = performance.now();
  expect((await sourceAt("a")).root.descriptor).toEqual(image.manifest);
  expect(performance.now() - start).toBeGreaterThan(950);
});

test("a server in trouble for good is an error that says so", async () => {
  proxy.decide(({ path }) => (path.includes("/manifests/") ? { status: 503 } : undefined));
  await expect(sourceAt("a")).rejects.toMatchObject({
    code: "registry_error",
    message: expect.stringContaining("503"),
  });
  expect(proxy.asked.filter(({ path }) => path.includes("/manifests/"))).toHaveLength(5);
});

test("a registry that wants to be left alone for an hour is left alone", async () => {
  proxy.decide(() => ({ status: 429, headers: { "retry-after": "3600" } }));
  await expect(sourceAt("a")).rejects.toMatchObject({ code: "registry_busy" });
});

test.each([
  ["a wrong digest", { damage: true } as const, "blob_digest"],
  ["too much", { append: "more" } as const, "blob_size"],
])("%s is refused, and nothing of it is kept", async (_, fault, code) => {
  proxy.decide(({ path }) => (isBlob(path) ? fault : undefined));
  const layout = freshLayout();
  await expect(copied(await sourceAt("a"), layoutSink(layout, "x"))).rejects.toMatchObject({ code });
  expect([...new Bun.Glob("blobs/sha256/*").scanSync(layout)]).toEqual([]);
  expect((await Bun.file(`${layout}/index.json`).json()).manifests).toEqual([]);
});

test("a manifest that is another one than its digest says is refused", async () => {
  proxy.decide(({ path }) => (path.includes("/manifests/") ? { damage: true } : undefined));
  const reference = parseReference(`${proxy.host}/a@${image.manifest.digest}`);
  await expect(registrySource(reference, registryOptions())).rejects.toMatchObject({ code: "blob_digest" });
});

test("a registry that stands still is given up after the time without a byte", async () => {
  proxy.decide(({ path }) => (path.includes(big()) ? { stand: true } : undefined));
  const start = performance.now();
  const copying = copied(await sourceAt("a", 200), layoutSink(freshLayout(), "x"));
  await expect(copying).rejects.toMatchObject({ message: expect.stringContaining("nothing came for 0.2 s") });
  expect(performance.now() - start).toBeLessThan(10_000);
});

test("a deadline ends everything", async () => {
  proxy.decide(({ path }) => (isBlob(path) ? { stand: true } : undefined));
  const deadline = new AbortController();
  const source = await registrySource(at("a"), registryOptions({ signal: deadline.signal }));
  const start = performance.now();
  setTimeout(() => deadline.abort(new DOMException("too late", "TimeoutError")), 300);
  await expect(copied(source, layoutSink(freshLayout(), "x"))).rejects.toMatchObject({
    name: "TimeoutError",
  });
  expect(performance.now() - start).toBeLessThan(5000);
});

test("--timeout is one, and says so", async () => {
  proxy.decide(({ path }) => (isBlob(path) ? { stand: true } : undefined));
  const words = ["image", "pull", "--timeout", "1", `${proxy.host}/a:1`, `${freshLayout()}:x`];
  const { code, stderr, ms } = await hookwright(work, words, { env: { HOME: work } });
  expect({ code, stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("it took longer than 1 s"),
  });
  expect(ms).toBeLessThan(5000);
});

test("an upload goes on from where the registry stands", async () => {
  let refused = 0;
  proxy.decide(({ method }) => (method === "PATCH" && ++refused === 2 ? { status: 503 } : undefined));
  expect(await copied(layoutSource(image.dir, "latest"), await sinkAt("b"))).toMatchObject({ sent: 3 });
  const sent = proxy.asked.filter(({ method }) => method === "PATCH");
  expect(
    sent
      .map(({ headers }) => headers["content-range"])
      .filter((range) => range === sent[1]?.headers["content-range"]),
  ).toHaveLength(2);
  expect(
    proxy.asked.filter(({ method, path }) => method === "GET" && path.includes("/uploads/")),
  ).toHaveLength(1);
});

test("an upload that breaks in the middle of a piece begins again, where the registry cannot go on", async () => {
  let cuts = 0;
  proxy.decide(({ method }) => (method === "PATCH" && cuts++ < 2 ? { cutRequest: 1_000_000 } : undefined));
  expect(await copied(layoutSource(image.dir, "latest"), await sinkAt("d"))).toMatchObject({ sent: 3 });
  const back = freshLayout();
  await copied(await sourceAt("d"), layoutSink(back, "x"));
  expect(blobOf(back, big()).equals(blobOf(image.dir, big()))).toBe(true);
});

test("an answer that got lost at the end of an upload is no failure", async () => {
  let cuts = 0;
  proxy.decide(({ method, path }) =>
    method === "PUT" && path.includes("/uploads/") && cuts++ < 1 ? { cutAnswer: 0 } : undefined,
  );
  expect(await copied(layoutSource(image.dir, "latest"), await sinkAt("c"))).toMatchObject({ sent: 3 });
});

test("what is forbidden is said in the registry's words, once", async () => {
  await expect(sourceAt("nothing-here")).rejects.toMatchObject({ code: "image_missing" });
  proxy.decide(() => ({ status: 403 }));
  await expect(sourceAt("a")).rejects.toMatchObject({ code: "registry_denied" });
});
