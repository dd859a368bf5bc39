/** Names of images: what Docker makes of a short one, and what is none. */

import { describe, expect, test } from "bun:test";
import { parseLocation } from "./location.ts";
import { parseReference, referenceText } from "./reference.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

test.each([
  ["busybox", "docker.io/library/busybox:latest"],
  ["busybox:1.36", "docker.io/library/busybox:1.36"],
  ["team/app", "docker.io/team/app:latest"],
  ["index.docker.io/team/app", "docker.io/team/app:latest"],
  ["docker.io/busybox", "docker.io/library/busybox:latest"],
  ["localhost/app", "localhost/app:latest"],
  ["localhost:5000/app:v1", "localhost:5000/app:v1"],
  ["Registry/app", "Registry/app:latest"],
  ["registry.example.com/a/b/c_d__e--f.g:T-1_x", "registry.example.com/a/b/c_d__e--f.g:T-1_x"],
  ["[::1]:5000/app", "[::1]:5000/app:latest"],
  [`app@${DIGEST}`, `docker.io/library/app@${DIGEST}`],
  [`example.com/app:1@${DIGEST}`, `example.com/app:1@${DIGEST}`],
])("%s is %s", (text, full) => {
  const reference = parseReference(text);
  expect(referenceText(reference)).toBe(full);
  expect(parseReference(full)).toEqual(reference);
});

test.each([
  "",
  "/app",
  "App",
  "team/App",
  "app:",
  "app:-x",
  `app:${"t".repeat(129)}`,
  "app@sha256:abc",
  `app@sha512:${"a".repeat(128)}`,
  `app@${DIGEST.toUpperCase()}`,
  "a..b",
  "a/../b",
  "a//b",
  "example.com:port/app",
  "exa mple.com/app",
  "user@example.com/app",
  "example.com/app\n",
  "example.com/app?x=1",
  `example.com/${"a".repeat(250)}`,
  "-example.com/app",
])("%p names no image", (text) => {
  expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: "reference_invalid" }));
});

describe("locations", () => {
  test("of every kind", () => {
    expect(parseLocation("oci:/srv/images:app:1")).toEqual({
      kind: "oci",
      path: "/srv/images",
      tag: "app:1",
    });
    expect(parseLocation("oci:images")).toEqual({ kind: "oci", path: "images" });
    expect(parseLocation("oci-archive:a.tar:v1")).toEqual({ kind: "oci-archive", path: "a.tar", tag: "v1" });
    expect(parseLocation("docker-archive:a.tar")).toEqual({ kind: "docker-archive", path: "a.tar" });
    expect(parseLocation("docker-archive:a.tar:app")).toMatchObject({
      reference: { host: "docker.io", repository: "library/app", tag: "latest" },
    });
    expect(parseLocation("docker-daemon:app:1")).toMatchObject({ name: "docker.io/library/app:1" });
    expect(parseLocation(`docker-daemon:${DIGEST}`)).toMatchObject({ name: DIGEST });
    expect(parseLocation("docker://example.com/app")).toMatchObject({ reference: { host: "example.com" } });
  });

  test.each([
    "images",
    "oci:",
    "oci::tag",
    "oci:images:",
    "docker:example.com/app",
    "docker://",
    "containers-storage:app",
    "dir:/x",
    "http://example.com/app",
    "oci:images:-x",
  ])("%p is none", (text) => {
    expect(() => parseLocation(text)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
