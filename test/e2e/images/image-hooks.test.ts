/**
 * Images that carry their hooks, from one machine to another through a real registry, into containers of runc and crun:
 * the hook runs under the guard where the host trusts the key that signed it, and nowhere else.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { generateKeyPairSync } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { type Descriptor, REF_NAME } from "../../../src/spec/image.ts";
import { makeBundle } from "../../support/bundle.ts";
import { skopeo } from "../../support/media.ts";
import { hookwright, program } from "../../support/programs.ts";
import { startReferrersApi } from "../../support/referrers-api.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import { type TempRoot, tempRoot } from "../../support/root.ts";
import { hidingHybrid, RUNTIMES, type RuntimeName, run, runRuntime } from "../../support/runtime.ts";
import { blobOf, type Sample, sampleImage } from "../../support/sample-image.ts";

/** Where the image is made, and where its containers run. */
let author: TempRoot;
let host: TempRoot;
let registry: TestRegistry;
let image: Sample;
let digestBefore: string;
let serial = 0;

const keyPair = (type: "ed25519" | "ec", dir: string, name: string) => {
  const { privateKey, publicKey } =
    type === "ec" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("ed25519");
  writeFileSync(`${dir}/${name}.pem`, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  writeFileSync(`${host.work}/${name}.pub`, publicKey.export({ type: "spki", format: "pem" }));
  return `${dir}/${name}.pem`;
};

async function call(root: TempRoot, ...args: string[]) {
  const { code, stdout, stderr } = await hookwright(root.root, args, {
    env: { HOOKWRIGHT_HOST: program("hookwright-host"), HOME: root.work },
  });
  return { code, stdout, stderr };
}
async function done(root: TempRoot, ...args: string[]) {
  const { code, stdout, stderr } = await call(root, ...args);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}
const json = async (root: TempRoot, ...args: string[]) =>
  JSON.parse(await done(root, ...args, "--format", "json"));
const entries = (dir: string): Descriptor[] =>
  JSON.parse(readFileSync(`${dir}/index.json`, "utf8")).manifests;
const tagged = (dir: string, tag: string) => entries(dir).find((one) => one.annotations?.[REF_NAME] === tag);
const at = (name: string) => `${registry.host}/${name}`;

/** Writes the host's configuration. */
function trust(...entries: object[]): void {
  mkdirSync(host.config, { recursive: true });
  writeFileSync(`${host.config}/hookwright.yaml`, JSON.stringify({ images: { trust: entries } }));
}
const events = () =>
  (existsSync(host.events) ? readFileSync(host.events, "utf8") : "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

/** Runs the bundle's container once. */
async function runBundle(name: RuntimeName, bundle: string, via?: string[]) {
  const config = JSON.parse(readFileSync(`${bundle}/config.json`, "utf8"));
  config.process.terminal = false;
  config.process.args = ["/bin/true"];
  delete config.process.rlimits;
  // crun of Debian 12 knows no later one.
  config.ociVersion = "1.0.2";
  writeFileSync(`${bundle}/config.json`, JSON.stringify(config));
  const id = `image-hooks-${serial++}`;
  const outcome = await runRuntime(
    name,
    host.root,
    ["run", "-b", bundle, id],
    via === undefined ? {} : { via },
  );
  if (outcome.code !== 0) throw new Error(`${name} run: ${outcome.stderr}`);
  return id;
}

beforeAll(async () => {
  author = tempRoot();
  host = tempRoot();
  registry = await startRegistry({ dir: `${author.work}/registry` });
  image = sampleImage(`${author.work}/image`);
  digestBefore = image.manifest.digest;
  mkdirSync(`${author.work}/hooks.d`);
  writeFileSync(`${author.work}/mark`, `#!/usr/bin/busybox sh\necho "$1" >>${host.work}/marks\n`);
  chmodSync(`${author.work}/mark`, 0o755);
  const definition = {
    version: "1.0.0",
    hook: {
      path: `${author.work}/mark`,
      args: ["mark", "from-the-image"],
      env: ["PATH=/usr/bin:/bin"],
      timeout: 5,
    },
    when: { always: true },
    stages: ["createRuntime"],
    guard: { interpreter: "pin" },
  };
  writeFileSync(`${author.work}/hooks.d/mark.json`, JSON.stringify(definition));
  const key = keyPair("ed25519", author.work, "team");
  keyPair("ed25519", author.work, "stranger");
  const words = ["--image", `${image.dir}:latest`, "--repository", "registry.example.com/team/app"];
  await done(author, "image", "hooks", "add", ...words, "--key", key, `${author.work}/hooks.d`);
  await done(author, "image", "push", `${image.dir}:latest`, at("team/app:1"));
  // What runs there must not be found by its path.
  chmodSync(`${author.work}/mark`, 0o600);
});
afterAll(async () => {
  await registry.stop();
  author.remove();
  host.remove();
});

describe("adding hooks to an image", () => {
  test("leaves the image's digest as it was", async () => {
    expect(tagged(image.dir, "latest")?.digest).toBe(digestBefore);
    expect(tagged(image.dir, `sha256-${digestBefore.slice(7)}`)?.mediaType).toContain("image.index");
  });

  test("is listed with digests; the same again is the same", async () => {
    const { hooks } = await json(author, "image", "hooks", "list", "--image", `${image.dir}:latest`);
    expect(hooks).toMatchObject([{ name: "mark", stages: ["createRuntime"], signatures: 1, trusted: false }]);
    const bytes = readFileSync(`${author.work}/mark`);
    expect(hooks[0].program).toBe(`sha256:${new Bun.CryptoHasher("sha256").update(bytes).digest("hex")}`);
    expect(blobOf(image.dir, hooks[0].program).equals(bytes)).toBe(true);
  });

  test("survives gc, and goes when it is removed", async () => {
    const copy = `${author.work}/copy`;
    await done(author, "image", "copy", `oci:${image.dir}:latest`, `oci:${copy}:latest`);
    const count = readdirSync(`${copy}/blobs/sha256`).length;
    await done(author, "image", "gc", "--layout", copy);
    expect(readdirSync(`${copy}/blobs/sha256`)).toHaveLength(count);
    const { removed } = await json(author, "image", "hooks", "remove", "--image", `${copy}:latest`);
    expect(removed).toHaveLength(1);
    await done(author, "image", "gc", "--layout", copy);
    expect(entries(copy).map((one) => one.annotations?.[REF_NAME])).toEqual(["latest"]);
    expect(readdirSync(`${copy}/blobs/sha256`).length).toBeLessThan(count - 4);
    const { hooks } = await json(author, "image", "hooks", "list", "--image", `${copy}:latest`);
    expect(hooks).toEqual([]);
  });

  test("says so in index.json when asked", async () => {
    const copy = `${author.work}/annotated`;
    await done(author, "image", "copy", "--no-referrers", `oci:${image.dir}:latest`, `oci:${copy}:latest`);
    const words = ["image", "hooks", "add", "--annotate", "--image", `${copy}:latest`];
    chmodSync(`${author.work}/mark`, 0o755);
    const { artifact } = await json(author, ...words, `${author.work}/hooks.d`);
    chmodSync(`${author.work}/mark`, 0o600);
    expect(tagged(copy, "latest")).toMatchObject({
      digest: digestBefore,
      annotations: { "vnd.hookwright.hooks": artifact },
    });
    await done(author, "image", "hooks", "remove", "--image", `${copy}:latest`);
    expect(tagged(copy, "latest")?.annotations).toEqual({ [REF_NAME]: "latest" });
  });

  test("refuses a definition whose program is not there", async () => {
    writeFileSync(
      `${author.work}/broken.json`,
      JSON.stringify({
        version: "1.0.0",
        hook: { path: "/no/such" },
        when: { always: true },
        stages: ["poststop"],
      }),
    );
    const { code, stderr } = await call(
      author,
      "image",
      "hooks",
      "add",
      "--image",
      `${image.dir}:latest`,
      `${author.work}/broken.json`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain("/no/such does not exist");
  });
});

describe("pulled from the registry", () => {
  const layout = () => `${host.work}/layout`;
  beforeAll(async () => {
    const pulled = await json(host, "image", "pull", at("team/app:1"), `${layout()}:app`);
    expect(pulled).toMatchObject({ digest: digestBefore });
    expect(pulled.referrers).toHaveLength(2);
  });

  const unpack = (bundle: string) =>
    call(host, "image", "unpack", "--with-hooks", "--image", `${layout()}:app`, bundle);

  test("a host that trusts nobody refuses in one line, and makes no bundle", async () => {
    trust();
    const bundle = `${host.work}/refused`;
    const { code, stderr } = await unpack(bundle);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /take the hooks of .*layout:app: no key that is trusted for sha256:[0-9a-f]{64} or registry.example.com\/team\/app has signed sha256:[0-9a-f]{64}/,
    );
    expect(existsSync(bundle)).toBe(false);
    expect(existsSync(`${host.work}/marks`)).toBe(false);
  });

  test.each([
    ["another key", () => [{ image: digestBefore, key: `${host.work}/stranger.pub` }]],
    ["another image", () => [{ image: `sha256:${"0".repeat(64)}`, key: `${host.work}/team.pub` }]],
    [
      "another repository",
      () => [{ repository: "registry.example.com/team/other", key: `${host.work}/team.pub` }],
    ],
  ])("one that trusts %s refuses", async (_, entries) => {
    trust(...entries());
    expect((await unpack(`${host.work}/refused`)).stderr).toContain("no key that is trusted");
  });

  test("a key or a configuration that anybody may change is refused", async () => {
    trust({ image: digestBefore, key: `${host.work}/team.pub` });
    chmodSync(`${host.work}/team.pub`, 0o666);
    expect((await unpack(`${host.work}/refused`)).stderr).toMatch(
      /read .*team.pub: .*\n.*decides which hooks/,
    );
    chmodSync(`${host.work}/team.pub`, 0o644);
    chmodSync(`${host.config}/hookwright.yaml`, 0o666);
    expect((await unpack(`${host.work}/refused`)).stderr).toMatch(
      /read .*hookwright.yaml: .*\n.*decides which hooks/,
    );
    chmodSync(`${host.config}/hookwright.yaml`, 0o644);
  });

  test.each(RUNTIMES)("on %s the hook runs under the guard where its key is trusted", async (runtime) => {
    trust({ image: digestBefore, key: `${host.work}/team.pub` });
    const bundle = `${host.work}/bundle-${runtime}`;
    expect(await unpack(bundle)).toMatchObject({ code: 0 });
    const id = await runBundle(runtime, bundle);
    expect(readFileSync(`${host.work}/marks`, "utf8")).toContain("from-the-image");
    const own = events().filter(({ container }) => container.id === id);
    expect(own.map(({ kind, stage, hook, result }) => [kind, stage, hook.name, result])).toEqual([
      ["start", "createRuntime", "mark", undefined],
      ["end", "createRuntime", "mark", "ok"],
    ]);
  });

  test("bundle apply takes them as well; a second time changes nothing, and apply leaves them", async () => {
    trust({ repository: "registry.example.com/team/app", key: `${host.work}/team.pub` });
    const bundle = makeBundle(`${host.work}/by-hand`);
    const words = ["bundle", "apply", "--from-image", `oci:${layout()}:app`, bundle];
    expect(await json(host, ...words, "--dry-run")).toMatchObject({ changed: true, matched: ["mark"] });
    expect(await json(host, ...words)).toMatchObject({
      changed: true,
      matched: ["mark"],
      added: { createRuntime: ["mark"] },
    });
    expect(await json(host, ...words)).toMatchObject({ changed: false });
    await done(host, "apply");
    const id = await runBundle("runc", bundle);
    expect(events().filter(({ container, kind }) => container.id === id && kind === "end")).toMatchObject([
      { result: "ok" },
    ]);
    const remote = await call(
      host,
      "bundle",
      "apply",
      "--from-image",
      `docker://${at("team/app:1")}`,
      bundle,
    );
    expect(remote).toMatchObject({ code: 2, stderr: expect.stringContaining("in no layout of this host") });
  });

  test("a wrapper leaves them beside the host's own, and refuses once the host's plan is another", async () => {
    trust({ image: digestBefore, key: `${host.work}/team.pub` });
    mkdirSync(`${host.config}/hooks.d`, { recursive: true });
    const file = `${host.config}/hooks.d/own.yaml`;
    const hook = 'hook: { path: /usr/bin/busybox, args: ["true"], timeout: 5 }';
    const own = `version: 1.0.0\n${hook}\nwhen: { always: true }\nstages: [createRuntime]\n`;
    writeFileSync(file, own);
    await done(host, "apply");
    const bundle = `${host.work}/wrapped`;
    expect(await unpack(bundle)).toMatchObject({ code: 0 });
    const id = await runBundle("runc", bundle, [program("hookwright-runc")]);
    const ends = events().filter(({ container, kind }) => container.id === id && kind === "end");
    expect(ends.map(({ hook, result }) => [hook.name, result])).toEqual([
      ["own", "ok"],
      ["mark", "ok"],
    ]);
    writeFileSync(file, own.replace("timeout: 5", "timeout: 6"));
    await done(host, "apply");
    await expect(runBundle("runc", bundle, [program("hookwright-runc")])).rejects.toThrow(
      `it has the hooks of its image ${digestBefore} beside an earlier plan`,
    );
    await done(host, "bundle", "apply", "--from-image", `oci:${layout()}:app`, bundle);
    await runBundle("runc", bundle, [program("hookwright-runc")]);
    rmSync(file);
    await done(host, "apply");
  });

  test("a definition with source: image puts them into the plan, for the containers that the host chooses", async () => {
    trust({ image: digestBefore, key: `${host.work}/team.pub` });
    mkdirSync(`${host.config}/hooks.d`, { recursive: true });
    const file = `${host.config}/hooks.d/app.yaml`;
    writeFileSync(
      file,
      `version: 1.0.0\nsource: { image: "oci:${layout()}:app" }\nwhen: { annotations: { "^app$": "^yes$" } }\n`,
    );
    try {
      expect(await json(host, "apply")).toMatchObject({ definitions: 1 });
      const chosen = makeBundle(`${host.work}/chosen`, {
        tweak: (config) => (config.annotations = { app: "yes" }),
      });
      const other = makeBundle(`${host.work}/other`);
      const id = await runBundle("runc", chosen, [program("hookwright-runc")]);
      const without = await runBundle("runc", other, [program("hookwright-runc")]);
      expect(events().filter(({ container, kind }) => container.id === id && kind === "end")).toMatchObject([
        { hook: { name: "app.mark" }, result: "ok" },
      ]);
      expect(events().filter(({ container }) => container.id === without)).toEqual([]);
      trust();
      const refused = await call(host, "apply");
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("no key that is trusted") });
      expect(await json(host, "status")).toMatchObject({});
      writeFileSync(
        file,
        `version: 1.0.0\nsource: { image: "oci:${layout()}:app" }\nwhen: { always: true }\nstages: [poststop]\n`,
      );
      expect((await call(host, "apply")).stderr).toContain("source-alone: stages comes from the image");
    } finally {
      writeFileSync(file, 'version: 1.0.0\nedits: { env: ["A=1"] }\nwhen: { always: false }\n');
      await done(host, "apply");
    }
  });

  test("hooks of another image are refused, whatever list offers them", async () => {
    trust({ repository: "registry.example.com/team/app", key: `${host.work}/team.pub` });
    const dir = `${host.work}/mixed`;
    await done(host, "image", "copy", `oci:${layout()}:app`, `oci:${dir}:app`);
    const victim = sampleImage(dir, { tag: "victim", layers: [100] });
    const list = tagged(dir, `sha256-${digestBefore.slice(7)}`);
    const index = {
      schemaVersion: 2,
      manifests: [
        ...entries(dir),
        { ...list, annotations: { [REF_NAME]: `sha256-${victim.manifest.digest.slice(7)}` } },
      ],
    };
    writeFileSync(`${dir}/index.json`, JSON.stringify(index));
    const { code, stderr } = await call(
      host,
      "image",
      "unpack",
      "--with-hooks",
      "--image",
      `${dir}:victim`,
      `${host.work}/victim`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`they are made for ${digestBefore}`);
    expect(existsSync(`${host.work}/victim`)).toBe(false);
  });

  test("a program that was exchanged is refused", async () => {
    trust({ image: digestBefore, key: `${host.work}/team.pub` });
    const dir = `${host.work}/exchanged`;
    await done(host, "image", "copy", `oci:${layout()}:app`, `oci:${dir}:app`);
    const { hooks } = await json(host, "image", "hooks", "list", "--image", `${dir}:app`);
    expect(hooks).toMatchObject([{ trusted: true }]);
    writeFileSync(`${dir}/blobs/sha256/${hooks[0].program.slice(7)}`, "#!/usr/bin/busybox sh\nexit 1\n");
    const { code, stderr } = await call(
      host,
      "image",
      "unpack",
      "--with-hooks",
      "--image",
      `${dir}:app`,
      `${host.work}/exchanged-bundle`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain("mismatch");
  });

  test("an image without hooks says so", async () => {
    const plain = sampleImage(`${host.work}/plain`, { layers: [10] });
    const { code, stderr } = await call(
      host,
      "image",
      "unpack",
      "--with-hooks",
      "--image",
      `${plain.dir}:latest`,
      `${host.work}/plain-bundle`,
    );
    expect(code).toBe(1);
    expect(stderr).toContain("carries none");
  });
});

describe("what travels", () => {
  let layout: string;
  beforeAll(async () => {
    layout = `${host.work}/parts`;
    sampleImage(layout, { tag: "parts" });
    const parts = `${author.work}/parts.d`;
    mkdirSync(parts);
    const profile = { defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_X86_64"] };
    writeFileSync(`${author.work}/profile.json`, JSON.stringify(profile));
    const always = { version: "1.0.0", when: { always: true } };
    const edits = { env: ["FROM=image"], seccomp: { file: `${author.work}/profile.json` } };
    writeFileSync(`${parts}/confine.json`, JSON.stringify({ ...always, edits }));
    copyFileSync("/usr/bin/busybox", `${author.work}/inside`);
    const hook = { path: `${author.work}/inside`, args: ["touch", "/inside"], env: ["A=1"], timeout: 5 };
    writeFileSync(`${parts}/inside.json`, JSON.stringify({ ...always, hook, stages: ["startContainer"] }));
    const words = ["--image", `${layout}:parts`, "--key", `${author.work}/team.pem`];
    await done(author, "image", "hooks", "add", ...words, parts);
    rmSync(`${author.work}/inside`);
    rmSync(`${author.work}/profile.json`);
    const { image: digest } = await json(author, "image", "hooks", "list", "--image", `${layout}:parts`);
    trust({ image: digest, key: `${host.work}/team.pub` });
  });

  test.each(RUNTIMES)(
    "edits with their profile, and a program that %s runs in the container",
    async (runtime) => {
      const bundle = `${host.work}/parts-${runtime}`;
      // The spool is a mount, and has to be where the runtime is.
      const unpack = [
        program("hookwright"),
        "image",
        "unpack",
        "--with-hooks",
        "--image",
        `${layout}:parts`,
        bundle,
      ];
      const env = {
        PATH: process.env.PATH ?? "",
        HOOKWRIGHT_ROOT: host.root,
        HOOKWRIGHT_HOST: program("hookwright-host"),
      };
      const made = await run(runtime === "crun" ? await hidingHybrid(unpack) : unpack, { env });
      expect(made).toMatchObject({ code: 0, stderr: "" });
      const config = JSON.parse(readFileSync(`${bundle}/config.json`, "utf8"));
      expect(config.linux.seccomp).toEqual({
        defaultAction: "SCMP_ACT_ALLOW",
        architectures: ["SCMP_ARCH_X86_64"],
      });
      expect(config.process.env).toContain("FROM=image");
      const id = await runBundle(runtime, bundle);
      expect(existsSync(`${bundle}/rootfs/inside`)).toBe(true);
      expect(events().filter(({ container, kind }) => container.id === id && kind === "end")).toMatchObject([
        { hook: { name: "inside" }, stage: "startContainer", result: "ok" },
      ]);
    },
  );
});

describe("on their way", () => {
  test("an archive takes them along", async () => {
    const archive = `oci-archive:${author.work}/image.tar:v1`;
    await done(author, "image", "copy", `oci:${image.dir}:latest`, archive);
    const back = `${author.work}/from-archive`;
    expect(await json(author, "image", "copy", archive, `oci:${back}:x`)).toMatchObject({
      digest: digestBefore,
    });
    const { hooks } = await json(author, "image", "hooks", "list", "--image", `${back}:x`);
    expect(hooks).toMatchObject([{ name: "mark", signatures: 1 }]);
  });

  test("a tool that knows no referrers takes them by their tags", async () => {
    const tags = entries(image.dir).flatMap(({ annotations }) => annotations?.[REF_NAME] ?? []);
    expect(tags).toHaveLength(3);
    for (const tag of tags) {
      const to = `docker://${at("by-skopeo")}:${tag}`;
      await skopeo("copy", "--all", "--dest-tls-verify=false", `oci:${image.dir}:${tag}`, to);
    }
    const layout = `${author.work}/by-skopeo`;
    await done(author, "image", "pull", at("by-skopeo:latest"), `${layout}:x`);
    const { hooks } = await json(author, "image", "hooks", "list", "--image", `${layout}:x`);
    expect(hooks).toMatchObject([{ name: "mark", signatures: 1 }]);
    await skopeo("copy", "--all", `oci:${image.dir}:${tags[1]}`, `oci:${author.work}/old-tool:${tags[1]}`);
    await skopeo("copy", `oci:${image.dir}:latest`, `oci:${author.work}/old-tool:latest`);
    const old = ["image", "hooks", "list", "--image", `${author.work}/old-tool:latest`];
    expect(await json(author, ...old)).toMatchObject({ hooks: [{ name: "mark", signatures: 0 }] });
  });

  test("a registry with the referrers API keeps the list itself", async () => {
    const api = startReferrersApi(registry.host);
    try {
      await done(author, "image", "push", `${image.dir}:latest`, `${api.host}/with-api:1`);
      const tags = await (await fetch(`${registry.url}/v2/with-api/tags/list`)).json();
      expect(tags).toEqual({ name: "with-api", tags: ["1"] });
      const pulled = await json(
        author,
        "image",
        "pull",
        `${api.host}/with-api:1`,
        `${author.work}/with-api:x`,
      );
      expect(pulled.referrers).toHaveLength(2);
      const { hooks } = await json(author, "image", "hooks", "list", "--image", `${author.work}/with-api:x`);
      expect(hooks).toMatchObject([{ name: "mark", signatures: 1 }]);
    } finally {
      api.stop();
    }
  });

  test("an ECDSA key signs as well", async () => {
    const key = keyPair("ec", author.work, "curve");
    const copy = `${author.work}/ecdsa`;
    await done(author, "image", "copy", "--no-referrers", `oci:${image.dir}:latest`, `oci:${copy}:x`);
    chmodSync(`${author.work}/mark`, 0o755);
    await done(
      author,
      "image",
      "hooks",
      "add",
      "--image",
      `${copy}:x`,
      "--key",
      key,
      `${author.work}/hooks.d`,
    );
    trust({ image: digestBefore, key: `${host.work}/curve.pub` });
    const { hooks } = await json(host, "image", "hooks", "list", "--image", `${copy}:x`);
    expect(hooks).toMatchObject([{ trusted: true }]);
  });
});
