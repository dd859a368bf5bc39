/**
 * Where a registry listens and how it is spoken to: its address, its authorities, and whether plain http will do. Plain
 * http is for the machine itself, and for hosts that the user or the host's configuration names.
 */

import { readdirSync, readFileSync } from "node:fs";
import { getCACertificates } from "node:tls";
import { Failure } from "../../spec/failure.ts";
import { exchange, type Tls } from "./exchange.ts";
import { isBroken, type Patience, Watch } from "./patience.ts";

/** What the host's configuration says of one registry. */
export interface RegistryHost {
  /** Tried before the registry itself when an image is read: hosts, with a path in front of the repository if need be. */
  readonly mirrors?: readonly string[];
  readonly plainHttp?: boolean;
  /** A directory of `*.crt`, `*.cert` and `*.key` files. */
  readonly certDir?: string;
}

export interface Endpoint {
  /** As the user wrote it. */
  readonly host: string;
  readonly base: URL;
  readonly tls: Tls;
}

const CERTIFICATE_DIRECTORIES = ["/etc/containers/certs.d", "/etc/docker/certs.d"];
const SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";
/** Where Docker's own registry really is. */
const DOCKER_REGISTRY = "registry-1.docker.io";

/** Finds how a host speaks. Throws `Failure` `registry_unreachable`, `certificates`. */
export async function findEndpoint(
  host: string,
  options: RegistryHost,
  patience: Patience,
): Promise<Endpoint> {
  const address = host === "docker.io" ? DOCKER_REGISTRY : host;
  const tls = tlsOf(host, options.certDir);
  const secure = { host, base: new URL(`https://${address}/`), tls };
  const plain = { host, base: new URL(`http://${address}/`), tls };
  if (options.plainHttp) return plain;
  if (!isLoopback(secure.base)) return secure;
  return (await speaksTls(secure, patience)) ? secure : plain;
}

/** Whether a registry of this machine speaks TLS; a certificate that is not trusted is an answer, too. */
async function speaksTls({ base, tls }: Endpoint, patience: Patience): Promise<boolean> {
  const watch = new Watch(patience);
  try {
    const url = new URL("/v2/", base);
    const { response } = await exchange({ method: "GET", url, tls, signal: watch.signal });
    await response.body?.cancel();
    return true;
  } catch (error) {
    patience.signal.throwIfAborted();
    if (isBroken(error)) return !["EPROTO", "ECONNRESET"].includes((error as { code?: string }).code ?? "");
    throw error;
  } finally {
    watch.end();
  }
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** The system's authorities and those of the certificate directory: the one given, else podman's and docker's. */
function tlsOf(host: string, certDir: string | undefined): Tls {
  const candidates =
    certDir === undefined ? CERTIFICATE_DIRECTORIES.map((dir) => `${dir}/${host}`) : [certDir];
  const found = candidates.map((dir) => ({ dir, names: namesIn(dir, certDir !== undefined) }));
  const { dir, names } = found.find((one) => one.names.length > 0) ?? { dir: "", names: [] };
  const read = (name: string) => readFileSync(`${dir}/${name}`, "utf8");
  const authorities = names.filter((name) => name.endsWith(".crt")).map(read);
  const cert = names.find((name) => name.endsWith(".cert"));
  if (authorities.length === 0 && cert === undefined) return { ca: defaultAuthorities() };
  const key = cert?.replace(/\.cert$/, ".key");
  return {
    ca: [...defaultAuthorities(), ...authorities],
    ...(cert !== undefined && key !== undefined && { cert: read(cert), key: read(key) }),
  };
}

let known: string[] | undefined;

/** Those that Bun brings, and those of the system, where an administrator adds the house's own. */
function defaultAuthorities(): string[] {
  if (known !== undefined) return known;
  known = [...getCACertificates("bundled")];
  try {
    known.push(readFileSync(SYSTEM_AUTHORITIES, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  return known;
}

function namesIn(dir: string, required: boolean): string[] {
  try {
    return readdirSync(dir).sort();
  } catch (error) {
    if (!required) return [];
    throw new Failure("certificates", `read the certificates in ${dir}: ${(error as Error).message}`, {
      hint: "give --cert-dir a directory with *.crt files",
      cause: error,
    });
  }
}
