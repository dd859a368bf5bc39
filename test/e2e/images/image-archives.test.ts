/** Archives and a Docker engine, with skopeo and docker on the other side: what one writes the other reads. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { gunzipSync } from "node:zlib";
import { type Descriptor, REF_NAME } from "../../../src/spec/image.ts";
import { must } from "../../support/command.ts";
import { type DockerEngine, startDocker } from "../../support/docker.ts";
import { skopeo } from "../../support/media.ts";
import { program } from "../../support/programs.ts";
import { run } from "../../support/runtime.ts";
import { blobOf, digestOf, type Sample, sampleImage, sampleIndex } from "../../support/sample-image.ts";

let work: string;
let image: Sample;

beforeAll(() => {
  work = mkdtempSync("/tmp/hookwright-archives-");
  image = sampleImage(`${work}/a`, { layers: [1000, 2_000_000] });
});
afterAll(() => rmSync(work, { recursive: true }));

const attempt = (args: string[], env: { [name: string]: string } = {}) =>
  run([program("hookwright"), "--root", work, "image", ...args], { env: { PATH: "/usr/bin:/bin", ...env } });

async function copy(from: string, to: string, env: { [name: string]: string } = {}, ...flags: string[]) {
  const { code, stdout, stderr } = await attempt(["copy", from, to, ...flags, "--format", "json"], env);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
const source = () => `oci:${image.dir}:latest`;
const first = (dir: string): Descriptor => JSON.parse(readFileSync(`${dir}/index.json`, "utf8")).manifests[0];

/** A layout's first image as the tars of its layers. */
function plainLayers(dir: string): string[] {
  const { layers } = JSON.parse(blobOf(dir, first(dir).digest).toString()) as { layers: Descriptor[] };
  return layers.map(({ digest }) => {
    const bytes = blobOf(dir, digest);
    return digestOf(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes);
  });
}

describe("oci-archive", () => {
  test("what is written is read by skopeo and by tar", async () => {
    await copy(source(), `oci-archive:${work}/ours.tar:v1`);
    await skopeo("copy", `oci-archive:${work}/ours.tar:v1`, `oci:${work}/from-ours:v1`);
    expect(first(`${work}/from-ours`).digest).toBe(image.manifest.digest);
    const { stdout } = await run(["tar", "-tf", `${work}/ours.tar`]);
    expect(stdout.split("\n")).toContain(`blobs/${image.config.digest.replace(":", "/")}`);
  });

  test("what skopeo wrote is read, with a tag and without", async () => {
    await skopeo("copy", source(), `oci-archive:${work}/theirs.tar:v2`);
    await skopeo("copy", source(), `oci-archive:${work}/untagged.tar`);
    for (const from of ["theirs.tar:v2", "theirs.tar", "untagged.tar"]) {
      rmSync(`${work}/back`, { recursive: true, force: true });
      expect(await copy(`oci-archive:${work}/${from}`, `oci:${work}/back:x`)).toMatchObject({
        digest: image.manifest.digest,
      });
      expect(first(`${work}/back`).annotations?.[REF_NAME]).toBe("x");
    }
  });

  test("one that fails leaves the old one, and nothing beside it", async () => {
    const broken = sampleImage(`${work}/broken`, { layers: [100, 200] });
    writeFileSync(`${broken.dir}/blobs/sha256/${broken.layers[1]?.digest.slice(7)}`, "damaged");
    const before = readFileSync(`${work}/ours.tar`);
    await expect(copy(`oci:${broken.dir}:latest`, `oci-archive:${work}/ours.tar:v1`)).rejects.toThrow(
      /mismatch|bytes/,
    );
    expect(readFileSync(`${work}/ours.tar`).equals(before)).toBe(true);
    expect(readdirSync(work).filter((name) => name.startsWith("."))).toEqual([]);
  });

  test.each([
    [
      "cut in the middle",
      () => readFileSync(`${work}/ours.tar`).subarray(0, 700_000),
      /ends too early|no index.json/,
    ],
    ["no archive", () => "this is a text that is no archive ".repeat(100), /damaged|no tar/],
    ["empty", () => "", /ends too early/],
    [
      "compressed as a whole",
      () => Bun.gzipSync(readFileSync(`${work}/ours.tar`)),
      /compressed as a whole\nhint: unpack/,
    ],
  ])("%s is said in one line", async (_, content, why) => {
    writeFileSync(`${work}/bad.tar`, content());
    const { code, stderr } = await attempt(["inspect", `oci-archive:${work}/bad.tar`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(why);
  });
});

test("an interrupt ends a copy in the middle, and leaves nothing", async () => {
  const large = sampleImage(`${work}/large`, { layers: [60_000_000] });
  const to = `${work}/interrupted.tar`;
  const command = [program("hookwright"), "image", "copy", `oci:${large.dir}:latest`, `oci-archive:${to}`];
  const child = Bun.spawn(command, { env: { PATH: "/usr/bin:/bin" }, stderr: "pipe" });
  const begun = () => readdirSync(work).some((name) => name.startsWith(".interrupted.tar."));
  for (let waited = 0; waited < 20_000 && !begun() && child.exitCode === null; waited++) await Bun.sleep(1);
  child.kill("SIGINT");
  expect(await child.exited).toBe(130);
  expect(await new Response(child.stderr).text()).toContain("interrupted");
  expect(readdirSync(work).filter((name) => name.includes("interrupted.tar"))).toEqual([]);
});

describe("docker-archive", () => {
  test("what is written is read by skopeo", async () => {
    await copy(source(), `docker-archive:${work}/docker.tar:team/app:1`);
    const seen = JSON.parse(
      await skopeo("inspect", "--raw", "--config", `docker-archive:${work}/docker.tar:team/app:1`),
    );
    expect(seen).toEqual(JSON.parse(blobOf(image.dir, image.config.digest).toString()));
    await skopeo("copy", `docker-archive:${work}/docker.tar:team/app:1`, `oci:${work}/from-docker:x`);
    expect(plainLayers(`${work}/from-docker`)).toEqual(plainLayers(image.dir));
  });

  test("what skopeo wrote is read; the configuration is the same to the byte", async () => {
    await skopeo("copy", source(), `docker-archive:${work}/skopeo.tar:team/app:2`);
    await copy(`docker-archive:${work}/skopeo.tar:team/app:2`, `oci:${work}/from-skopeo:x`);
    const { config } = JSON.parse(
      blobOf(`${work}/from-skopeo`, first(`${work}/from-skopeo`).digest).toString(),
    );
    expect(config.digest).toBe(image.config.digest);
    expect(plainLayers(`${work}/from-skopeo`)).toEqual(plainLayers(image.dir));
  });

  test("a layer that is not the one that the configuration names is refused, and no tag is given", async () => {
    await copy(source(), `docker-archive:${work}/sound.tar:team/app:1`);
    mkdirSync(`${work}/forged`);
    must(["tar", "-C", `${work}/forged`, "-xf", `${work}/sound.tar`]);
    const [layer = ""] = readdirSync(`${work}/forged`).filter((name) => name.endsWith(".tar"));
    const bytes = readFileSync(`${work}/forged/${layer}`);
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(`${work}/forged/${layer}`, bytes);
    must(["sh", "-c", `cd ${work}/forged && tar -cf ../forged.tar *`]);
    await expect(copy(`docker-archive:${work}/forged.tar`, `oci:${work}/by-forger:x`)).rejects.toThrow(
      /its content is sha256:.*\nhint: .*forged/,
    );
    expect(JSON.parse(readFileSync(`${work}/by-forger/index.json`, "utf8")).manifests ?? []).toEqual([]);
  });

  test("an image that is not in it, and an index that does not fit, are refused", async () => {
    await expect(copy(`docker-archive:${work}/docker.tar:other:9`, `oci:${work}/no:x`)).rejects.toThrow(
      /docker.io\/library\/other:9 is not there\nhint: it has .*team\/app:1/,
    );
    sampleIndex(image.dir, "list", [image.manifest]);
    await expect(
      copy(`oci:${image.dir}:list`, `docker-archive:${work}/list.tar`, {}, "--all"),
    ).rejects.toThrow(/holds one image/);
    expect(existsSync(`${work}/list.tar`)).toBe(false);
  });
});

describe("docker-daemon", () => {
  let engine: DockerEngine;
  beforeAll(async () => {
    engine = await startDocker(`${work}/engine`);
  });
  afterAll(() => engine.stop());

  test("an image goes into the engine and comes back the same", async () => {
    const env = { DOCKER_HOST: engine.address };
    await copy(source(), "docker-daemon:team/app:3", env);
    const { Id } = (await (await engine.get("/images/team/app:3/json")).json()) as { Id: string };
    expect(Id).toBe(image.config.digest);
    await copy("docker-daemon:team/app:3", `oci:${work}/from-engine:x`, env);
    expect(plainLayers(`${work}/from-engine`)).toEqual(plainLayers(image.dir));
    const done = await copy(`docker-daemon:${image.config.digest}`, `oci:${work}/by-id:x`, env);
    expect(done.digest).toBe(first(`${work}/from-engine`).digest);
  });

  test("what docker saved is read", async () => {
    await Bun.write(`${work}/saved.tar`, await engine.get("/images/team%2Fapp:3/get"));
    await copy(`docker-archive:${work}/saved.tar:team/app:3`, `oci:${work}/from-saved:x`);
    expect(plainLayers(`${work}/from-saved`)).toEqual(plainLayers(image.dir));
  });

  test("an answer that breaks off is said, and nothing of it stays", async () => {
    const head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-tar\r\ncontent-length: 100000\r\n\r\n";
    const server = createServer((socket) => {
      socket.once("data", () =>
        socket.write(head + "x".repeat(5000), () => setTimeout(() => socket.destroy(), 50)),
      );
    });
    await new Promise<void>((listening) => server.listen(`${work}/cut.sock`, listening));
    mkdirSync(`${work}/tmp`);
    try {
      const env = { DOCKER_HOST: `unix://${work}/cut.sock`, TMPDIR: `${work}/tmp` };
      const { code, stderr } = await attempt(["copy", "docker-daemon:app:1", `oci:${work}/no:x`], env);
      expect(stderr).toMatch(
        /^hookwright: .*read docker.io\/library\/app:1: keep what the Docker engine sends: .*\nhint: /m,
      );
      expect(stderr).not.toContain("    at ");
      expect(code).toBe(1);
      expect(readdirSync(`${work}/tmp`)).toEqual([]);
    } finally {
      server.close();
    }
  }, 20_000);

  test("what it does not have, and an engine that is not there, are said", async () => {
    const missing = copy("docker-daemon:nothing:1", `oci:${work}/no:x`, { DOCKER_HOST: engine.address });
    await expect(missing).rejects.toThrow(/nothing:1: the Docker engine says: /);
    const gone = copy("docker-daemon:nothing:1", `oci:${work}/no:x`, {
      DOCKER_HOST: `unix://${work}/none.sock`,
    });
    await expect(gone).rejects.toThrow(/ask the Docker engine at .*none.sock/);
    const far = copy("docker-daemon:nothing:1", `oci:${work}/no:x`, {
      DOCKER_HOST: "tcp://example.com:2375",
    });
    await expect(far).rejects.toThrow(/no socket of this machine/);
  });
});
