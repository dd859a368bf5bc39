/** A40: only what the engine writes last names a container's namespace, or makes it a sandbox. */

import { describe, expect, test } from "bun:test";
import { engineOf } from "./engine-of.ts";
import { isInfra, isSandbox } from "./sandbox.ts";
import { knownNamespace, trustedNamespace } from "./trusted-namespace.ts";

const CONTAINERD = "io.kubernetes.cri.sandbox-namespace";
const CRIO = "io.kubernetes.pod.namespace";
const named = (name: string, source: string) => ({ kind: "name" as const, name, source });

describe("trustedNamespace", () => {
  test.each<[string, Record<string, string> | null, string | undefined, ReturnType<typeof trustedNamespace>]>(
    [
      ["none", {}, undefined, { kind: "none" }],
      ["null", null, undefined, { kind: "none" }],
      ["containerd", { [CONTAINERD]: "a" }, undefined, named("a", CONTAINERD)],
      ["CRI-O", { [CRIO]: "a" }, undefined, named("a", CRIO)],
      ["agreeing", { [CONTAINERD]: "a", [CRIO]: "a" }, undefined, named("a", CONTAINERD)],
      [
        "containerd known: the other key is the author's",
        { [CONTAINERD]: "a", [CRIO]: "b" },
        "containerd",
        named("a", CONTAINERD),
      ],
      [
        "CRI-O known: the other key is the author's",
        { [CONTAINERD]: "a", [CRIO]: "b" },
        "crio",
        named("b", CRIO),
      ],
      ["containerd known, its key missing", { [CRIO]: "b" }, "containerd", { kind: "none" }],
      ["docker: a user's annotation", { [CRIO]: "b" }, "docker", { kind: "none" }],
      ["podman: a user's annotation", { [CRIO]: "b" }, "podman", { kind: "none" }],
      ["empty", { [CRIO]: "" }, undefined, { kind: "none" }],
      ["spoofable", { "io.kubernetes.cri-o.Namespace": "a" }, undefined, { kind: "none" }],
    ],
  )("%s", (_, annotations, engine, expected) => {
    expect(trustedNamespace(annotations, engine)).toEqual(expected);
  });

  const sandboxOf = (rest: Record<string, string>) => ({
    "io.kubernetes.cri-o.ContainerType": "sandbox",
    ...rest,
  });
  test.each<[string, Record<string, string>, string, ReturnType<typeof trustedNamespace>]>([
    [
      "a sandbox of CRI-O: the key after the pod's labels",
      sandboxOf({ "io.kubernetes.cri-o.Namespace": "a", [CRIO]: "b" }),
      "crio",
      named("a", "io.kubernetes.cri-o.Namespace"),
    ],
    ["a sandbox of CRI-O: a label of the pod alone", sandboxOf({ [CRIO]: "b" }), "crio", { kind: "none" }],
    [
      "a container of CRI-O with the sandbox's key",
      { "io.kubernetes.cri-o.ContainerType": "container", "io.kubernetes.cri-o.Namespace": "b", [CRIO]: "a" },
      "crio",
      named("a", CRIO),
    ],
    [
      "containerd, with a type for CRI-O",
      sandboxOf({ "io.kubernetes.cri-o.Namespace": "b", [CONTAINERD]: "a" }),
      "containerd",
      named("a", CONTAINERD),
    ],
  ])("%s", (_, annotations, engine, expected) => {
    expect(trustedNamespace(annotations, engine)).toEqual(expected);
  });

  test("conflict names both", () => {
    const values = [
      { source: CONTAINERD, name: "a" },
      { source: CRIO, name: "b" },
    ];
    expect(trustedNamespace({ [CONTAINERD]: "a", [CRIO]: "b" })).toEqual({ kind: "conflict", values });
  });
});

test("a namespace that the engine has said itself needs no annotation, and no annotation may contradict it", () => {
  const nri = named("a", "nri");
  expect(knownNamespace("a", {})).toEqual(nri);
  expect(knownNamespace("a", { [CONTAINERD]: "a" }, "containerd")).toEqual(nri);
  // What the author of a pod types as the other engine's is nobody's word.
  expect(knownNamespace("a", { [CRIO]: "b" }, "containerd")).toEqual(nri);
  const values = [
    { source: "nri", name: "a" },
    { source: CRIO, name: "b" },
  ];
  expect(knownNamespace("a", { [CRIO]: "b" }, "crio")).toEqual({ kind: "conflict", values });
  expect(knownNamespace("a", { [CRIO]: "b" })).toEqual({ kind: "conflict", values });
});

describe("engineOf", () => {
  const id = "c".repeat(64);
  const podman = `/var/lib/containers/storage/overlay-containers/${id}/userdata`;
  const crio = `/run/containers/storage/overlay-containers/${id}/userdata`;
  const lock = "/var/lib/containers/storage/overlay-containers/containers.lock";
  const read = (path: string) => (path === lock ? "" : null);
  const claims = { "io.container.manager": "cri-o", "io.kubernetes.cri-o.ContainerID": id };
  test.each<[string, string, Record<string, string>, string | undefined]>([
    ["Docker", `/run/docker/containerd/daemon/io.containerd.runtime.v2.task/moby/${id}`, claims, "docker"],
    ["containerd", `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}`, claims, "containerd"],
    ["Podman", podman, { "io.container.manager": "libpod" }, "podman"],
    ["Podman with a slash", `${podman}/`, {}, "podman"],
    ["another storage driver", podman.replace("overlay", "vfs"), {}, "podman"],
    ["CRI-O", crio, claims, "crio"],
    ["Podman's user says that it is CRI-O", podman, claims, "podman"],
    ["by hand", "/srv/bundle", claims, undefined],
  ])("%s", (_, bundle, annotations, expected) => expect(engineOf(bundle, annotations, read)).toBe(expected));
});

describe("isInfra", () => {
  const called = (containerName: string) => () => ({ why: "", containerName });
  test.each<[string, Record<string, string>, string, string, boolean]>([
    ["a pod's", {}, "/catatonit", "930670c03cc1-infra", true],
    ["by another name", {}, "/catatonit", "web-infra", false],
    ["with a program of its own", {}, "/bin/sh", "930670c03cc1-infra", false],
    [
      "a container of `kube play` of that name",
      { "io.kubernetes.cri-o.ContainerType": "container" },
      "/pause",
      "930670c03cc1-infra",
      false,
    ],
  ])("%s", (_, annotations, command, name, expected) => {
    expect(isInfra(annotations, command, called(name))).toBe(expected);
  });
});

describe("isSandbox", () => {
  const d = "io.kubernetes.cri.container-type";
  const o = "io.kubernetes.cri-o.ContainerType";
  test.each<[string, Record<string, string>, string | undefined, boolean]>([
    ["none", {}, undefined, false],
    ["containerd's", { [d]: "sandbox" }, undefined, true],
    ["CRI-O's", { [o]: "sandbox" }, undefined, true],
    ["container", { [d]: "container" }, undefined, false],
    ["typed by the author on CRI-O", { [d]: "sandbox", [o]: "container" }, undefined, false],
    ["typed by the author on containerd", { [o]: "sandbox", [d]: "container" }, undefined, false],
    ["engine known", { [o]: "sandbox" }, "containerd", false],
    ["docker has none", { [d]: "sandbox" }, "docker", false],
  ])("%s", (_, annotations, engine, expected) => expect(isSandbox(annotations, engine)).toBe(expected));
});
