/** Who we are to a registry, and that nobody else learns it: passwords, tokens, credential programs, redirections. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { parseReference } from "../../../src/codec/image/reference.ts";
import { primitive } from "../../../src/host/bun.ts";
import { bind } from "../../../src/linux/primitive.ts";
import { copyImage } from "../../../src/media/copy.ts";
import { layoutSink, layoutSource } from "../../../src/media/medium-layout.ts";
import { registrySink, registrySource } from "../../../src/media/medium-registry.ts";
import { type Certificate, makeCertDir, makeCertificate } from "../../support/certificate.ts";
import { type MediaWish, registryOptions, writeAuthFile } from "../../support/media.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";
import { type Sample, sampleImage } from "../../support/sample-image.ts";
import { ISSUER, SERVICE, startTokenServer, type TokenServer } from "../../support/token-server.ts";

bind(primitive);

let work: string;
let tls: Certificate;
let certDir: string;
let image: Sample;

beforeAll(() => {
  work = mkdtempSync("/tmp/hookwright-auth-");
  tls = makeCertificate(`${work}/tls`, "registry");
  certDir = makeCertDir(`${work}/certs`, [tls]);
  image = sampleImage(`${work}/image`, { layers: [5000] });
});
afterAll(() => rmSync(work, { recursive: true }));

async function push(host: string, name: string, wish: MediaWish) {
  const sink = await registrySink(parseReference(`${host}/${name}`), registryOptions({ certDir, ...wish }));
  const source = layoutSource(image.dir, "latest");
  try {
    return await copyImage(source, sink, { referrers: true });
  } finally {
    await source.close();
  }
}
const rootAt = async (host: string, name: string, wish: MediaWish = {}) =>
  (await registrySource(parseReference(`${host}/${name}`), registryOptions({ certDir, ...wish }))).root
    .descriptor;

describe("a registry with passwords", () => {
  let registry: TestRegistry;
  let authFile: string;

  beforeAll(async () => {
    registry = await startRegistry({ dir: `${work}/basic`, tls, users: { anna: "se:cret" } });
    authFile = await writeAuthFile(`${work}/auth.json`, { [registry.host]: "anna:se:cret" });
    await push(registry.host, "team/app:1", { authFile });
  });
  afterAll(() => registry.stop());

  test("lets in who is in the file", async () => {
    expect(await rootAt(registry.host, "team/app:1", { authFile })).toEqual(image.manifest);
    expect(await rootAt(registry.host, "team/app:1", { env: { REGISTRY_AUTH_FILE: authFile } })).toEqual(
      image.manifest,
    );
  });

  test("keeps out who is not, and who has a wrong password", async () => {
    await expect(rootAt(registry.host, "team/app:1")).rejects.toMatchObject({
      code: "registry_unauthorized",
    });
    const wrong = await writeAuthFile(`${work}/wrong.json`, { [registry.host]: "anna:other" });
    const refused = rootAt(registry.host, "team/app:1", { authFile: wrong });
    await expect(refused).rejects.toMatchObject({ code: "registry_unauthorized" });
  });

  test("the entry for the longest part of the name counts", async () => {
    const auths = { [registry.host]: "anna:other", [`${registry.host}/team`]: "anna:se:cret" };
    const longest = await writeAuthFile(`${work}/longest.json`, auths);
    expect(await rootAt(registry.host, "team/app:1", { authFile: longest })).toEqual(image.manifest);
    await expect(rootAt(registry.host, "other:1", { authFile: longest })).rejects.toMatchObject({
      code: "registry_unauthorized",
    });
  });

  test("podman's and docker's files are found where they are", async () => {
    mkdirSync(`${work}/runtime/containers`, { recursive: true });
    await writeAuthFile(`${work}/runtime/containers/auth.json`, { [registry.host]: "anna:se:cret" });
    expect(
      await rootAt(registry.host, "team/app:1", { env: { XDG_RUNTIME_DIR: `${work}/runtime` } }),
    ).toEqual(image.manifest);
    mkdirSync(`${work}/home/.docker`, { recursive: true });
    await writeAuthFile(`${work}/home/.docker/config.json`, {
      [`https://${registry.host}/v1/`]: "anna:se:cret",
    });
    expect(await rootAt(registry.host, "team/app:1", { env: { HOME: `${work}/home` } })).toEqual(
      image.manifest,
    );
  });

  describe("and a credential program", () => {
    const program = (name: string, script: string) => {
      mkdirSync(`${work}/bin`, { recursive: true });
      writeFileSync(`${work}/bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`);
      chmodSync(`${work}/bin/docker-credential-${name}`, 0o755);
    };
    const asking = (config: object) => {
      writeFileSync(`${work}/program.json`, JSON.stringify(config));
      const env = { PATH: `${work}/bin:/usr/bin:/bin` };
      return rootAt(registry.host, "team/app:1", { authFile: `${work}/program.json`, env });
    };

    test("of the host, and of all hosts", async () => {
      program(
        "good",
        `echo "$@" >${work}/args; read server; echo "$server" >${work}/server
        echo '{"ServerURL":"x","Username":"anna","Secret":"se:cret"}'`,
      );
      expect(await asking({ credHelpers: { [registry.host]: "good" } })).toEqual(image.manifest);
      expect(await Bun.file(`${work}/args`).text()).toBe("get\n");
      expect(await Bun.file(`${work}/server`).text()).toBe(`${registry.host}\n`);
      expect(await asking({ auths: { [registry.host]: {} }, credsStore: "good" })).toEqual(image.manifest);
    });

    test("that knows nothing is as none; one that fails is an error", async () => {
      program("empty", "echo 'credentials not found in native keychain'; exit 1");
      await expect(asking({ credsStore: "empty" })).rejects.toMatchObject({ code: "registry_unauthorized" });
      program("broken", "echo 'the vault is sealed'; exit 2");
      await expect(asking({ credsStore: "broken" })).rejects.toMatchObject({
        code: "credential_program",
        message: expect.stringContaining("the vault is sealed"),
      });
      program("flood", "yes");
      await expect(asking({ credsStore: "flood" })).rejects.toMatchObject({ code: "credential_program" });
      await expect(asking({ credsStore: "../../evil" })).rejects.toMatchObject({
        code: "credential_program",
      });
    });
  });
});

describe("a registry with tokens", () => {
  let registry: TestRegistry;
  let tokens: TokenServer;
  let authFile: string;

  beforeAll(async () => {
    tokens = startTokenServer(tls, "anna:secret", tls);
    const token = { realm: tokens.realm, service: SERVICE, issuer: ISSUER, authority: tls.cert };
    registry = await startRegistry({ dir: `${work}/token`, tls, token });
    authFile = await writeAuthFile(`${work}/token.json`, { [registry.host]: "anna:secret" });
  });
  afterAll(async () => {
    tokens.stop();
    await registry.stop();
  });

  test("is asked for what is needed, once", async () => {
    await push(registry.host, "team/app:1", { authFile });
    expect(tokens.asked.map(({ scopes }) => scopes)).toEqual([["repository:team/app:pull,push"]]);
    tokens.asked.length = 0;
    expect(await rootAt(registry.host, "team/app:1", { authFile })).toEqual(image.manifest);
    expect(tokens.asked.map(({ scopes }) => scopes)).toEqual([["repository:team/app:pull"]]);
  });

  test("gives a new token when the old one has run out", async () => {
    // docker-registry grants a minute of grace, so the token has to be long dead.
    tokens.lifetime = -90;
    const options = registryOptions({ certDir, authFile });
    await expect(
      registrySource(parseReference(`${registry.host}/team/app:1`), options),
    ).rejects.toMatchObject({
      code: "registry_unauthorized",
    });
    tokens.lifetime = -58;
    const source = await registrySource(parseReference(`${registry.host}/team/app:1`), options);
    tokens.lifetime = 300;
    await Bun.sleep(3000);
    tokens.asked.length = 0;
    expect((await source.manifest(source.root.descriptor)).descriptor).toEqual(image.manifest);
    expect(tokens.asked).toHaveLength(1);
  });

  test("takes blobs from another repository with the right to read that one", async () => {
    const options = () => registryOptions({ certDir, authFile });
    const source = await registrySource(parseReference(`${registry.host}/team/app:1`), options());
    tokens.asked.length = 0;
    const sink = await registrySink(parseReference(`${registry.host}/team/copy:1`), options());
    expect(await copyImage(source, sink, { referrers: true })).toMatchObject({ sent: 0, kept: 2 });
    expect(tokens.asked.flatMap(({ scopes }) => scopes)).toContain("repository:team/app:pull");
    expect(await rootAt(registry.host, "team/copy:1", { authFile })).toEqual(image.manifest);
  });

  test("keeps out who has no password", async () => {
    await expect(rootAt(registry.host, "team/app:1")).rejects.toMatchObject({
      code: "registry_unauthorized",
    });
  });
});

describe("another origin", () => {
  /** A server that answers as it is told, and remembers the headers it got. */
  function listener(answer: (request: Request) => Response, secure = true) {
    const headers: Headers[] = [];
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      ...(secure && { tls: { cert: Bun.file(tls.cert), key: Bun.file(tls.key) } }),
      fetch(request) {
        headers.push(request.headers);
        return answer(request);
      },
    });
    return { host: `127.0.0.1:${server.port}`, headers, stop: () => server.stop(true) };
  }
  const basic = { status: 401, headers: { "www-authenticate": 'Basic realm="x"' } };

  test("gets no password with a redirection, nor when it asks for one", async () => {
    const elsewhere = listener(() => new Response("give me", basic));
    const front = listener((request) =>
      request.headers.has("authorization")
        ? Response.redirect(`https://${elsewhere.host}/blob`, 307)
        : new Response("", basic),
    );
    const authFile = await writeAuthFile(`${work}/both.json`, {
      [front.host]: "anna:secret",
      [elsewhere.host]: "anna:other",
    });
    await expect(rootAt(front.host, "app:1", { authFile })).rejects.toMatchObject({
      code: "registry_unauthorized",
    });
    expect(front.headers.some((headers) => headers.has("authorization"))).toBe(true);
    expect(elsewhere.headers.length).toBeGreaterThan(0);
    for (const headers of elsewhere.headers) expect(headers.get("authorization")).toBeNull();
    front.stop();
    elsewhere.stop();
  });

  test("is not followed from https to plain http", async () => {
    const plain = listener(() => new Response("{}"), false);
    const front = listener(() => Response.redirect(`http://${plain.host}/`, 302));
    await expect(rootAt(front.host, "app:1")).rejects.toMatchObject({ code: "registry_redirect" });
    expect(plain.headers).toEqual([]);
    front.stop();
    plain.stop();
  });

  test("as token server gets the password over https only", async () => {
    const realm = (url: string) =>
      listener(
        () =>
          new Response("", {
            status: 401,
            headers: { "www-authenticate": `Bearer realm="${url}",service="x"` },
          }),
      );
    const plain = listener(() => Response.json({ token: "t" }), false);
    const open = realm(`http://${plain.host}/token`);
    const authFile = await writeAuthFile(`${work}/realm.json`, { [open.host]: "anna:secret" });
    await expect(rootAt(open.host, "app:1", { authFile })).rejects.toMatchObject({ code: "registry_token" });
    expect(plain.headers).toEqual([]);
    plain.stop();
    open.stop();
  });

  test("is not followed with what is written", async () => {
    const elsewhere = listener(() => new Response("", { status: 201 }));
    const front = listener((request) =>
      request.method === "POST" || request.method === "PUT"
        ? new Response("", { status: 307, headers: { location: `https://${elsewhere.host}/` } })
        : new Response("", { status: 404 }),
    );
    await expect(push(front.host, "app:1", {})).rejects.toMatchObject({ code: "registry_redirect" });
    expect(elsewhere.headers).toEqual([]);
    front.stop();
    elsewhere.stop();
  });

  test("whose certificate nobody signed is refused, and the mend is said", async () => {
    const front = listener(() => new Response("{}"));
    await expect(
      registrySource(parseReference(`${front.host}/app:1`), registryOptions()),
    ).rejects.toMatchObject({ code: "registry_unreachable", hint: expect.stringContaining("--cert-dir") });
    front.stop();
  });

  test("speaks plain http only on this machine, or when that is asked for", async () => {
    const registry = await startRegistry({ dir: `${work}/plain` });
    await push(registry.host, "app:1", {});
    expect(await rootAt(registry.host, "app:1")).toEqual(image.manifest);
    // The same listener by a name that is not known to be this machine.
    const away = registryOptions({ stall: 500 });
    const name = registry.host.replace("127.0.0.1", "127.0.0.1.nip.invalid");
    await expect(registrySource(parseReference(`${name}/app:1`), away)).rejects.toMatchObject({
      code: "registry_unreachable",
    });
    await registry.stop();
  });
});

test("layouts come back the same", async () => {
  const registry = await startRegistry({ dir: `${work}/back`, tls });
  await push(registry.host, "app:1", {});
  const source = await registrySource(parseReference(`${registry.host}/app:1`), registryOptions({ certDir }));
  const sink = layoutSink(`${work}/layout`, "app");
  await copyImage(source, sink, { referrers: true });
  await sink.close();
  const { manifests } = await Bun.file(`${work}/layout/index.json`).json();
  expect(manifests[0]).toMatchObject(image.manifest);
  await registry.stop();
});
