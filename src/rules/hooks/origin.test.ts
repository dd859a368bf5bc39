/** What each engine's records say of a container's image; the records are those that the engines of Debian 12 wrote. */

import { describe, expect, test } from "bun:test";
import { type Created, originIn } from "./origin.ts";

const sha = (digit: string) => `sha256:${digit.repeat(64)}`;
const id = "c".repeat(64);

function origin(created: Partial<Created>, files: Record<string, unknown>) {
  const read = (path: string) => (path in files ? JSON.stringify(files[path]) : null);
  const nothing = { engine: undefined, bundle: "/b", annotations: {}, rootPath: () => undefined };
  return originIn({ ...nothing, ...created }, read)();
}

describe("Docker", () => {
  const bundle = `/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/${id}`;
  const created = { engine: "docker", bundle, rootPath: () => "/srv/docker/overlay2/1234/merged" };
  const config = `/srv/docker/containers/${id}/config.v2.json`;
  const repositories = {
    nginx: { "nginx:1": sha("a"), [`nginx@${sha("b")}`]: sha("a") },
    x: { "x@bad": sha("a") },
  };

  test("the image's id, and the digests under which it was pulled", () => {
    const files = {
      [config]: { Image: sha("a"), Driver: "overlay2", Config: { Image: "nginx:1" } },
      "/srv/docker/image/overlay2/repositories.json": { Repositories: repositories },
    };
    expect(origin(created, files)).toMatchObject({ digests: [sha("a"), sha("b")], name: "nginx:1" });
  });

  test("the image store of containerd: index and manifest", () => {
    const files = {
      [config]: { Image: sha("1"), ImageManifest: { digest: sha("2") }, Config: { Image: "nginx" } },
    };
    expect(origin(created, files).digests).toEqual([sha("1"), sha("2")]);
  });

  test("no record: nothing is known", () => {
    expect(origin(created, {})).toEqual({
      why: "Docker's record of the container is not where its file system is",
    });
  });
});

describe("containers/storage", () => {
  const metadata = JSON.stringify({ "image-name": "localhost/bb:1", "image-id": "a".repeat(64) });
  const record = { id, names: ["web"], image: "a".repeat(64), metadata };
  const image = {
    id: "a".repeat(64),
    digest: sha("2"),
    "big-data-digests": {
      manifest: sha("2"),
      [`manifest-${sha("1")}`]: sha("1"),
      [`signature-${"2".repeat(64)}`]: sha("9"),
    },
  };
  const known = { digests: [sha("a"), sha("2"), sha("1")], name: "localhost/bb:1", containerName: "web" };

  test("Podman: beside the bundle", () => {
    const files = {
      "/s/vfs-containers/containers.json": [{ id: "other" }, record],
      "/s/vfs-images/images.json": [image],
    };
    const created = { engine: "podman", bundle: `/s/vfs-containers/${id}/userdata` };
    expect(origin(created, files)).toMatchObject(known);
    const volatile = {
      ...files,
      "/s/vfs-containers/containers.json": [],
      "/s/vfs-containers/volatile-containers.json": [record],
    };
    expect(origin(created, volatile)).toMatchObject(known);
  });

  test("CRI-O: beside the container's file system, whatever the annotations say", () => {
    const created = {
      engine: "crio",
      bundle: `/run/containers/storage/overlay-containers/${id}/userdata`,
      annotations: { "io.kubernetes.cri-o.ImageRef": "f".repeat(64) },
      rootPath: () => "/var/lib/containers/storage/overlay/77/merged",
    };
    const files = {
      "/var/lib/containers/storage/overlay-containers/containers.json": [record],
      "/var/lib/containers/storage/overlay-images/images.json": [image],
    };
    expect(origin(created, files)).toMatchObject(known);
  });

  test("a container without an image, and one without a record", () => {
    const created = { engine: "podman", bundle: `/s/vfs-containers/${id}/userdata` };
    const files = { "/s/vfs-containers/containers.json": [{ ...record, image: "", metadata: "{}" }] };
    expect(origin(created, files)).toEqual({ why: "it was made without an image", containerName: "web" });
    expect(origin(created, {}).digests).toBeUndefined();
  });
});

describe("containerd", () => {
  const key = "io.kubernetes.cri.image-name";
  test.each<[string, string | undefined, string[] | undefined]>([
    ["by digest", `docker.io/library/nginx@${sha("b")}`, [sha("b")]],
    ["by tag and digest", `docker.io/library/nginx:1@${sha("b")}`, [sha("b")]],
    ["by the image's id", sha("a"), [sha("a")]],
    ["by tag", "docker.io/library/nginx:1", undefined],
    ["not at all", undefined, undefined],
  ])("%s", (_, name, digests) => {
    const annotations = name === undefined ? {} : { [key]: name };
    expect(origin({ engine: "containerd", annotations }, {}).digests).toEqual(digests as string[]);
  });
});

test("a bundle that was unpacked: every digest on the way to the manifest; none for one by hand", () => {
  const walk = [{ digest: sha("1") }, { digest: sha("2") }, null];
  const files = { "/b/umoci.json": { from_descriptor_path: { descriptor_walk: walk } } };
  expect(origin({}, files).digests).toEqual([sha("1"), sha("2")]);
  expect(
    origin({ annotations: { "io.kubernetes.cri.image-name": `x@${sha("1")}` } }, {}).digests,
  ).toBeUndefined();
});
