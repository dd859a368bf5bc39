/**
 * The manifests of deploy/kubernetes without a cluster: each fits the published schema of its kind and has no field that this
 * does not know; kustomizations name files that are there; the policies' expressions, evaluated, refuse what they should.
 */

import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { evaluate } from "@marcbachmann/cel-js";
import * as admission from "kubernetes-models/admissionregistration.k8s.io/v1";
import * as apps from "kubernetes-models/apps/v1";
import * as node from "kubernetes-models/node.k8s.io/v1";
import * as core from "kubernetes-models/v1";
import { deployed, type Manifest, manifestsIn } from "../../support/manifests.ts";
import { hookwright } from "../../support/programs.ts";
import { tempRoot } from "../../support/root.ts";

const BASE = ["namespace", "runtime-class", "definitions", "daemon-set"].map(
  (name) => `kubernetes/base/${name}.yaml`,
);
const POLICIES = ["annotations", "runtime-class"].map((name) => `kubernetes/admission/${name}.yaml`);
const PODMAN = ["node", "greeted"].map((name) => `kubernetes/podman/${name}.yaml`);
const FILES = [...BASE, ...POLICIES, ...PODMAN];

/** Where each kind's schema and type are. */
const GROUPS: Record<string, Record<string, unknown>> = {
  "admissionregistration.k8s.io/v1": admission,
  "apps/v1": apps,
  "node.k8s.io/v1": node,
  v1: core,
};

const check = `${import.meta.dir}/../../../.cache/manifests-${process.pid}`;
afterAll(() => rmSync(check, { recursive: true, force: true }));

test.each(FILES)("%s fits the published schemas", (file) => {
  for (const manifest of manifestsIn(file)) {
    const Model = GROUPS[manifest.apiVersion]?.[manifest.kind] as new (
      value: Manifest,
    ) => { validate(): void };
    expect(() => new Model(manifest).validate()).not.toThrow();
    const wrong = structuredClone(manifest);
    wrong.metadata.name = 7 as unknown as string;
    expect(() => new Model(wrong).validate()).toThrow();
  }
});

test("no field is unknown: the compiler holds the manifests against the published types", () => {
  const lines = (manifests: Manifest[]) =>
    manifests.map(({ apiVersion, kind, ...rest }, at) => {
      const type = `import("kubernetes-models/${apiVersion}").I${kind}`;
      return `export const m${at}: ${type} = ${JSON.stringify({ apiVersion, kind, ...rest })};`;
    });
  const all = FILES.flatMap(manifestsIn);
  const compile = (manifests: Manifest[]) => {
    mkdirSync(check, { recursive: true });
    writeFileSync(`${check}/manifests.ts`, lines(manifests).join("\n"));
    const flags = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--ignoreConfig"];
    const { exitCode, stdout } = Bun.spawnSync(["node_modules/.bin/tsc", ...flags, `${check}/manifests.ts`]);
    return exitCode === 0 ? "" : stdout.toString();
  };
  expect(compile(all)).toBe("");
  const set = structuredClone(all.find(({ kind }) => kind === "DaemonSet")) as Manifest;
  set.spec.template.spec.hostPid = true;
  expect(compile([set])).toContain("hostPid");
}, 60_000);

test.each(["base", "crio", "admission"])("the kustomization %s names what is there", (name) => {
  const [kustomization] = manifestsIn(`kubernetes/${name}/kustomization.yaml`);
  const named = [
    ...(kustomization?.resources ?? []),
    ...(kustomization?.patches ?? []).map((one: { path: string }) => one.path),
  ];
  const here = readdirSync(deployed(`kubernetes/${name}`));
  for (const file of named) if (!file.startsWith("../")) expect(here).toContain(file);
  const left = here.filter((file) => ![...named, "kustomization.yaml", "kyverno.yaml"].includes(file));
  expect(left).toEqual([]);
});

test("the CRI-O variant changes the container that the base has, and nothing else by accident", () => {
  const [base] = manifestsIn("kubernetes/base/daemon-set.yaml");
  const [patch] = manifestsIn("kubernetes/crio/daemon-set.yaml");
  expect(patch?.metadata.name).toBe(base?.metadata.name as string);
  const [container] = base?.spec.template.spec.containers ?? [];
  const [patched] = patch?.spec.template.spec.containers ?? [];
  expect(patched.name).toBe(container.name);
  const names = ({ env }: { env: { name: string }[] }) => env.map(({ name }) => name);
  expect(names(patched)).toEqual(names(container));
});

test("the definitions of the ConfigMaps are such as `hook check` takes", async () => {
  const root = tempRoot();
  try {
    const maps = ["kubernetes/base/definitions.yaml", "kubernetes/podman/node.yaml"].flatMap(manifestsIn);
    const definitions = maps.filter(
      ({ kind, metadata }) => kind === "ConfigMap" && metadata.name.endsWith("definitions"),
    );
    expect(definitions).toHaveLength(2);
    for (const { data } of definitions) {
      for (const [file, text] of Object.entries(data as Record<string, string>)) {
        writeFileSync(`${root.work}/${file}`, text);
        const { stdout } = await hookwright(root.root, [
          "hook",
          "check",
          `${root.work}/${file}`,
          "--format",
          "json",
        ]);
        const problems = (JSON.parse(stdout).problems ?? JSON.parse(stdout)) as {
          severity: string;
          rule: string;
        }[];
        // The programs come with the other ConfigMap.
        const rules = problems.filter(({ severity }) => severity === "error").map(({ rule }) => rule);
        expect(rules.filter((rule) => rule !== "missing-program")).toEqual([]);
      }
    }
  } finally {
    root.remove();
  }
});

describe("the policies", () => {
  const policies = POLICIES.flatMap(manifestsIn);
  const validations = (name: string): { message: string; expression: string }[] =>
    policies.find(({ kind, metadata }) => kind === "ValidatingAdmissionPolicy" && metadata.name === name)
      ?.spec.validations;
  const admitted = (name: string, object: object) =>
    validations(name).every(({ expression }) => evaluate(expression, { object }) === true);
  const pod = (annotations?: Record<string, string>, spec: object = {}) => ({
    metadata: annotations === undefined ? {} : { annotations },
    spec,
  });

  test.each<[boolean, Record<string, string> | undefined]>([
    [true, undefined],
    [true, {}],
    [true, { "com.example.net": "bridge", "kubernetes.io/config.source": "api" }],
    [true, { "cdi.k8s.io/gpu": "vendor.com/gpu=0" }],
    [false, { "com.example.net": "bridge", "hookwright.dev/x": "" }],
    [false, { "io.kubernetes.cri.sandbox-namespace": "team-b" }],
    [false, { "io.kubernetes.cri.image-name": "web:1" }],
    [false, { "io.kubernetes.cri-o.ContainerType": "sandbox" }],
    [false, { "io.kubernetes.pod.namespace": "team-b" }],
    [false, { "io.container.manager": "cri-o" }],
    [false, { "run.oci.hooks.stdout": "/etc/passwd" }],
    [false, { "org.systemd.property.ExecStart": "x" }],
    [false, { "io.containers.trace-syscall": "of:/etc/x" }],
    [false, { "cdi.k8s.io/x": "vendor.com/gpu=0,hookwright.dev/hook=note" }],
  ])("%p for the annotations %p", (expected, annotations) => {
    expect(admitted("hookwright-annotations", pod(annotations))).toBe(expected);
  });

  test.each<[boolean, object]>([
    [true, { runtimeClassName: "hookwright" }],
    [false, { runtimeClassName: "runc" }],
    [false, {}],
  ])("%p for the runtime class of %p", (expected, spec) => {
    expect(admitted("hookwright-runtime-class", pod(undefined, spec))).toBe(expected);
  });

  test("each has a binding that denies", () => {
    const bound = policies.filter(({ kind }) => kind === "ValidatingAdmissionPolicyBinding");
    expect(bound.map(({ spec }) => spec)).toEqual(
      ["hookwright-annotations", "hookwright-runtime-class"].map((policyName) => ({
        policyName,
        validationActions: ["Deny"],
      })),
    );
  });

  test("Kyverno's say the same", () => {
    const said = manifestsIn("kubernetes/admission/kyverno.yaml");
    const ours = policies.filter(({ kind }) => kind === "ValidatingAdmissionPolicy");
    expect(said).toEqual(
      ours.map(({ metadata, spec }) => ({
        apiVersion: "policies.kyverno.io/v1",
        kind: "ValidatingPolicy",
        metadata,
        spec: { ...spec, validationActions: ["Deny"] },
      })),
    );
  });
});
