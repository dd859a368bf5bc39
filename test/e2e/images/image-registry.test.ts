/** Images to and from a real registry over TLS, with skopeo on the other side: byte for byte, whoever sent them. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type Descriptor, REF_NAME } from "../../../src/spec/image.ts";
import { makeCertDir, makeCertificate } from "../../support/certificate.ts";
import { skopeo } from "../../support/media.ts";
import { program } from "../../support/programs.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import { run } from "../../support/runtime.ts";
import { blobOf, type Sample, sampleImage, sampleIndex } from "../../support/sample-image.ts";

let work: string;
let registry: TestRegistry;
let certDir: string;
let image: Sample;

beforeAll(async () => {
  work = mkdtempSync("/tmp/hookwright-registry-");
  const tls = makeCertificate(`${work}/tls`, "registry");
  certDir = makeCertDir(`${work}/certs`, [tls]);
  registry = await startRegistry({ dir: `${work}/registry`, tls });
  image = sampleImage(`${work}/a`, { layers: [1000, 3_000_000] });
});
afterAll(async () => {
  await registry.stop();
  rmSync(work, { recursive: true });
});

/** Runs `hookwright image …` with the registry's authority; throws with what it said when it fails. */
async function image_(...args: string[]) {
  const command = [program("hookwright"), "--root", work, "image", ...args, "--cert-dir", certDir];
  const { code, stdout, stderr } = await run(command, { env: { PATH: "/usr/bin:/bin", HOME: work } });
  if (code !== 0) throw new Error(stderr);
  return { stdout, stderr };
}
const json = async (...args: string[]) => JSON.parse((await image_(...args, "--format", "json")).stdout);
const at = (name: string) => `docker://${registry.host}/${name}`;
const index = (dir: string): { manifests: Descriptor[] } =>
  JSON.parse(readFileSync(`${dir}/index.json`, "utf8"));
const tagged = (dir: string, tag: string) =>
  index(dir).manifests.find(({ annotations }) => annotations?.[REF_NAME] === tag);

function expectSame(dir: string, sample: Sample) {
  for (const { digest } of [sample.manifest, sample.config, ...sample.layers]) {
    expect(blobOf(dir, digest).equals(blobOf(sample.dir, digest))).toBe(true);
  }
}

test("what skopeo pushed is pulled, byte for byte", async () => {
  await skopeo("copy", "--dest-cert-dir", certDir, `oci:${image.dir}:latest`, at("team/a:1"));
  const done = await json("pull", `${registry.host}/team/a:1`, `${work}/pulled:x`);
  expect(done).toMatchObject({ digest: image.manifest.digest, sent: 3, kept: 0, referrers: [] });
  expect(tagged(`${work}/pulled`, "x")).toMatchObject(image.manifest);
  expectSame(`${work}/pulled`, image);
});

test("what was pushed is read by skopeo, byte for byte", async () => {
  await image_("push", `${image.dir}:latest`, `${registry.host}/team/b:x`);
  await skopeo("copy", "--src-cert-dir", certDir, at("team/b:x"), `oci:${work}/back:x`);
  expect(index(`${work}/back`).manifests[0]?.digest).toBe(image.manifest.digest);
  expectSame(`${work}/back`, image);
});

test("what is there is not sent again, and a neighbour's blobs are taken without a transfer", async () => {
  expect(await json("push", `${image.dir}:latest`, `${registry.host}/team/b:y`)).toMatchObject({
    sent: 0,
    kept: 3,
  });
  expect(await json("copy", at("team/b:x"), at("other/c:1"))).toMatchObject({ sent: 0, kept: 3, bytes: 0 });
  expect(await json("pull", `${registry.host}/other/c:1`, `${work}/c:1`)).toMatchObject({ sent: 3 });
  expect(await json("pull", `${registry.host}/other/c:1`, `${work}/c:2`)).toMatchObject({ sent: 0, kept: 3 });
});

test("Docker's media types stay as they are", async () => {
  const docker = sampleImage(`${work}/docker`, { layers: [500], docker: true });
  await image_("push", `${docker.dir}:latest`, `${registry.host}/docker:1`);
  await image_("pull", `${registry.host}/docker:1`, `${work}/docker-back:1`);
  expect(tagged(`${work}/docker-back`, "1")).toMatchObject(docker.manifest);
  expectSame(`${work}/docker-back`, docker);
});

test("an index: one image of it, and all", async () => {
  const dir = `${work}/multi`;
  const [amd, arm] = ["amd64", "arm64"].map((architecture) =>
    sampleImage(dir, { architecture, tag: architecture, layers: [10] }),
  );
  const list = sampleIndex(dir, "multi", [
    { ...amd!.manifest, platform: { os: "linux", architecture: "amd64" } },
    { ...arm!.manifest, platform: { os: "linux", architecture: "arm64" } },
  ]);
  await image_("push", "--all", `${dir}:multi`, `${registry.host}/multi:1`);
  const shown = await json("inspect", at("multi:1"));
  expect(shown).toMatchObject({
    digest: list.digest,
    manifests: [{ platform: { architecture: "amd64" } }, {}],
  });
  expect(
    await json("pull", "--platform", "linux/arm64", `${registry.host}/multi:1`, `${work}/arm:1`),
  ).toMatchObject({
    digest: arm!.manifest.digest,
  });
  expect(await json("inspect", at("multi:1"), "--platform", "arm64")).toMatchObject({
    digest: arm!.manifest.digest,
    config: { architecture: "arm64" },
  });
  expect(await json("pull", "--all", `${registry.host}/multi:1`, `${work}/all:1`)).toMatchObject({
    digest: list.digest,
  });
  await expect(
    image_("pull", "--platform", "linux/s390x", `${registry.host}/multi:1`, `${work}/z:1`),
  ).rejects.toThrow(/there is none\nhint: there are linux\/amd64, linux\/arm64/);
});

test("by digest, and with lines of progress that are asked for", async () => {
  const reference = `${registry.host}/team/a@${image.manifest.digest}`;
  const { stderr } = await image_("pull", "--progress", reference, `${work}/digest:1`);
  expect(stderr.match(/^sha256:[0-9a-f]{12} .* (copying|done)$/gm)).toHaveLength(6);
  const quiet = await image_("pull", reference, `${work}/digest:2`);
  expect(quiet.stderr).toBe("");
});

test("a mirror is asked first, and need not have it", async () => {
  await Bun.write(
    `${work}/etc/hookwright/hookwright.yaml`,
    JSON.stringify({
      images: {
        registries: {
          "registry.invalid": { mirrors: [`${registry.host}/nowhere`, `${registry.host}/team`] },
        },
      },
    }),
  );
  try {
    const done = await json("pull", "registry.invalid/a:1", `${work}/mirrored:1`);
    expect(done).toMatchObject({ digest: image.manifest.digest });
  } finally {
    rmSync(`${work}/etc`, { recursive: true });
  }
});

test("what is killed in the middle leaves a layout that goes on", async () => {
  const large = sampleImage(`${work}/large`, { layers: [1000, 30_000_000] });
  await image_("push", `${large.dir}:latest`, `${registry.host}/large:1`);
  const layout = `${work}/killed`;
  const command = [
    program("hookwright"),
    "image",
    "pull",
    `${registry.host}/large:1`,
    `${layout}:1`,
    "--cert-dir",
    certDir,
  ];
  const child = Bun.spawn(command, { env: { PATH: "/usr/bin:/bin" }, stderr: "ignore" });
  const begun = () => existsSync(layout) && readdirSync(layout).some((name) => name.startsWith(".umoci-"));
  for (let waited = 0; waited < 20_000 && !begun(); waited += 5) await Bun.sleep(5);
  child.kill("SIGKILL");
  await child.exited;
  expect(index(layout).manifests).toEqual([]);
  expect(await json("pull", `${registry.host}/large:1`, `${layout}:1`)).toMatchObject({
    digest: large.manifest.digest,
  });
  expectSame(layout, large);
});
