/** A real registry (Debian's docker-registry) on loopback, with TLS and with the kinds of access control that it has. */

import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import type { Certificate } from "./certificate.ts";
import { known } from "./survivors.ts";

export interface RegistryWish {
  /** A directory for its files; made when missing. */
  readonly dir: string;
  /** Without it the registry speaks plain http. */
  readonly tls?: Certificate;
  readonly users?: { readonly [user: string]: string };
  readonly token?: {
    readonly realm: string;
    readonly service: string;
    readonly issuer: string;
    readonly authority: string;
  };
}

export interface TestRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly url: string;
  readonly dir: string;
  /** What it logged so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Starts a registry and waits until it listens. */
export async function startRegistry({ dir, tls, users, token }: RegistryWish): Promise<TestRegistry> {
  mkdirSync(`${dir}/data`, { recursive: true });
  const auth: { [kind: string]: object } = {};
  if (users !== undefined) auth.htpasswd = { realm: "test", path: passwords(dir, users) };
  if (token !== undefined) {
    const { realm, service, issuer, authority } = token;
    auth.token = { realm, service, issuer, rootcertbundle: authority };
  }
  const configuration = {
    version: 0.1,
    log: { level: "info" },
    storage: { filesystem: { rootdirectory: `${dir}/data` }, delete: { enabled: true } },
    http: {
      addr: "127.0.0.1:0",
      secret: "test",
      ...(tls && { tls: { certificate: tls.cert, key: tls.key } }),
    },
    ...(Object.keys(auth).length > 0 && { auth }),
  };
  writeFileSync(`${dir}/config.yml`, JSON.stringify(configuration));
  const output = openSync(`${dir}/log`, "w");
  const child = Bun.spawn(["docker-registry", "serve", `${dir}/config.yml`], {
    stdin: "ignore",
    stdout: output,
    stderr: output,
    env: { PATH: process.env.PATH ?? "", OTEL_TRACES_EXPORTER: "none" },
  });
  closeSync(output);
  known.add(child.pid);
  const log = () => readFileSync(`${dir}/log`, "utf8");
  const port = await listening(log, child);
  const host = `127.0.0.1:${port}`;
  return {
    host,
    url: `${tls === undefined ? "http" : "https"}://${host}`,
    dir,
    log,
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
      known.delete(child.pid);
    },
  };
}

async function listening(log: () => string, child: Bun.Subprocess): Promise<string> {
  for (let waited = 0; waited < 20_000 && child.exitCode === null; waited += 20) {
    const port = /listening on 127\.0\.0\.1:(\d+)/.exec(log())?.[1];
    if (port !== undefined) return port;
    await Bun.sleep(20);
  }
  child.kill("SIGKILL");
  throw new Error(`docker-registry does not listen:\n${log()}`);
}

function passwords(dir: string, users: { readonly [user: string]: string }): string {
  const lines = Object.entries(users).map(([user, password]) => {
    const { stdout } = Bun.spawnSync(["htpasswd", "-nbB", user, password]);
    return stdout.toString().trim();
  });
  writeFileSync(`${dir}/htpasswd`, `${lines.join("\n")}\n`);
  return `${dir}/htpasswd`;
}
