/** A token server as docker-registry expects it: it checks who asks, and signs what they may do (JWT, ES256). */

import { createPrivateKey, randomUUID, sign, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Certificate } from "./certificate.ts";

export interface TokenServer {
  readonly realm: string;
  /** What was asked: scopes, and the header that came with it. */
  readonly asked: { scopes: string[]; authorization: string | null }[];
  /** Seconds for which new tokens hold. */
  lifetime: number;
  stop(): void;
}

export const SERVICE = "test-registry";
export const ISSUER = "test-issuer";

/** Starts the server on loopback, over TLS when it is given a certificate. `pair` is the one `USER:PASSWORD` that may do all. */
export function startTokenServer(signer: Certificate, pair: string, tls?: Certificate): TokenServer {
  const wanted = `Basic ${Buffer.from(pair).toString("base64")}`;
  const asked: TokenServer["asked"] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...(tls && { tls: { cert: Bun.file(tls.cert), key: Bun.file(tls.key) } }),
    fetch(request) {
      const scopes = new URL(request.url).searchParams.getAll("scope");
      const authorization = request.headers.get("authorization");
      asked.push({ scopes, authorization });
      if (authorization !== null && authorization !== wanted) return new Response("no", { status: 401 });
      const may = authorization === wanted ? scopes : [];
      return Response.json({ token: tokenFor(may, signer, running.lifetime) });
    },
  });
  const running: TokenServer = {
    realm: `${tls ? "https" : "http"}://127.0.0.1:${server.port}/token`,
    asked,
    lifetime: 300,
    stop: () => void server.stop(true),
  };
  return running;
}

function tokenFor(scopes: readonly string[], { cert, key }: Certificate, lifetime: number): string {
  const now = Math.floor(Date.now() / 1000);
  const access = scopes.map((scope) => {
    const [type = "", ...rest] = scope.split(":");
    const actions = rest.pop()?.split(",") ?? [];
    return { type, name: rest.join(":"), actions };
  });
  const certificate = new X509Certificate(readFileSync(cert)).raw.toString("base64");
  const head = { typ: "JWT", alg: "ES256", x5c: [certificate] };
  const body = {
    iss: ISSUER,
    sub: "test",
    aud: SERVICE,
    exp: now + lifetime,
    nbf: now - 10,
    iat: now,
    jti: randomUUID(),
    access,
  };
  const text = [head, body].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const privateKey = createPrivateKey(readFileSync(key));
  const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}
