import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { digestsOf } from "./image.ts";
import { profileOf } from "./profile.ts";
import { digestOf, fileOfName, imageProfile } from "./words.ts";

const DIGEST = "0123456789abcdef".repeat(4);

test("an image's profile in one word", () => {
  deepEqual(imageProfile(`sha256:${DIGEST}=/etc/a=b.json`), { digest: DIGEST, file: "/etc/a=b.json" });
  deepEqual(imageProfile(`${DIGEST}=/a`).digest, DIGEST);
  for (const word of [
    "",
    `sha256:${DIGEST}`,
    `sha256:${DIGEST}=rel`,
    "sha256:12=/a",
    `sha256:${DIGEST}=/a/../b`,
  ])
    throws(() => imageProfile(word), "--image");
});

test("what an annotation may name", () => {
  equal(fileOfName("/p", "web-1.2"), "/p/web-1.2.json");
  for (const name of ["", "../x", "a/b", ".hidden", "a\0b", "a".repeat(101)])
    equal(fileOfName("/p", name), undefined);
});

test("who tells of the image", () => {
  const files: { [path: string]: string } = {
    "/d/containers/c/config.v2.json": JSON.stringify({ Image: `sha256:${DIGEST}` }),
    "/s/overlay-containers/containers.json": JSON.stringify([
      { id: "b", image: "x" },
      { id: "c", image: DIGEST },
    ]),
    "/b/umoci.json": JSON.stringify({
      from_descriptor_path: { descriptor_walk: [{ digest: "sha256:1" }, { digest: `sha256:${DIGEST}` }] },
    }),
    "/broken/umoci.json": "{",
  };
  const found = (bundle: string, annotations = {}) =>
    digestsOf({ id: "c", bundle, annotations }, "/d", (path) => files[path] ?? null).map(digestOf);
  deepEqual(found("/run/docker/moby/c"), [DIGEST]);
  deepEqual(found("/s/overlay-containers/c/userdata"), [DIGEST]);
  deepEqual(found("/b"), [DIGEST]);
  deepEqual(found("/broken"), []);
  deepEqual(found("/none", { "io.kubernetes.cri.image-name": `example.com/web@sha256:${DIGEST}` }), [DIGEST]);
  deepEqual(found("/none", { "io.kubernetes.cri.image-name": "example.com/web:1" }), []);
});

test("a profile is one that a runtime understands", () => {
  const profile = {
    defaultAction: "SCMP_ACT_ALLOW",
    syscalls: [{ names: ["mkdir"], action: "SCMP_ACT_ERRNO" }],
  };
  deepEqual(profileOf("/p", JSON.stringify(profile)), profile);
  for (const [text, said] of [
    ["{", "not JSON"],
    ["[]", "no defaultAction"],
    ['{"defaultAction":"A","archMap":[]}', "form of Docker"],
    ['{"defaultAction":"A","syscalls":[{"names":["x"],"includes":{}}]}', "form of Docker"],
  ] as const)
    throws(() => profileOf("/p", text), said);
});
