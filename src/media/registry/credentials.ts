/**
 * Who we are to a registry, as podman, skopeo and docker remember it: the files that `login` writes, and the programs that
 * these name. The entry for the longest part of `HOST/REPOSITORY` counts.
 */

import { readFileSync } from "node:fs";
import { Failure } from "../../spec/failure.ts";
import type { Origin } from "../medium.ts";
import { askProgram } from "./credential-program.ts";

export type Credentials =
  | { readonly user: string; readonly password: string }
  /** An OAuth 2.0 refresh token (`identitytoken`). */
  | { readonly refreshToken: string };

export interface Wallet {
  /** A file that is asked instead of all others. */
  readonly authFile?: string;
  readonly env: { readonly [name: string]: string | undefined };
}

/** The part of the files' format that is read. */
interface AuthFile {
  auths?: { [key: string]: { auth?: string; identitytoken?: string } };
  credHelpers?: { [host: string]: string };
  credsStore?: string;
}

const DOCKER = "docker.io";
/** The name under which Docker keeps its own registry's password. */
const DOCKER_SERVER = "https://index.docker.io/v1/";
const LARGEST = 1024 * 1024;

/** What is known for a repository; undefined means to ask as nobody. Throws `Failure` `auth_file`, `credential_program`. */
export async function credentialsFor(origin: Origin, wallet: Wallet): Promise<Credentials | undefined> {
  for (const file of filesOf(wallet)) {
    const known = readAuthFile(file, wallet.authFile === file);
    const found = known && (await inFile(known, file, origin, wallet.env));
    if (found) return found;
  }
  return undefined;
}

/** A file that is named counts alone; else those of podman and docker, in their order. */
function filesOf({ authFile, env }: Wallet): string[] {
  const named = authFile ?? env.REGISTRY_AUTH_FILE;
  if (named) return [named];
  const { XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: config, DOCKER_CONFIG: docker, HOME: home } = env;
  const files = [runtime && `${runtime}/containers/auth.json`];
  files.push(config ? `${config}/containers/auth.json` : home && `${home}/.config/containers/auth.json`);
  files.push(docker ? `${docker}/config.json` : home && `${home}/.docker/config.json`);
  return files.filter((file): file is string => Boolean(file));
}

async function inFile(
  { auths = {}, credHelpers = {}, credsStore }: AuthFile,
  file: string,
  origin: Origin,
  env: Wallet["env"],
): Promise<Credentials | undefined> {
  const server = origin.host === DOCKER ? DOCKER_SERVER : origin.host;
  const program = credHelpers[origin.host] ?? credHelpers[server];
  if (program !== undefined) return askProgram(program, server, env);
  const entries = new Map(Object.entries(auths).map(([key, entry]) => [normalKey(key), entry]));
  for (const key of keysOf(origin)) {
    const found = credentialsOf(entries.get(key), file, key);
    if (found !== undefined) return found;
  }
  return credsStore ? askProgram(credsStore, server, env) : undefined;
}

/** `HOST/A/B`, `HOST/A`, `HOST`. */
function keysOf({ host, repository }: Origin): string[] {
  const words = [host, ...repository.split("/")];
  return words.map((_, index) => words.slice(0, words.length - index).join("/"));
}

/** Docker writes addresses where podman writes names. */
function normalKey(key: string): string {
  const name = key.replace(/^https?:\/\//, "").replace(/\/(v[12]\/?)?$/, "");
  return name === "index.docker.io" ? DOCKER : name;
}

function credentialsOf(
  entry: { auth?: string; identitytoken?: string } | undefined,
  file: string,
  key: string,
): Credentials | undefined {
  if (entry?.identitytoken) return { refreshToken: entry.identitytoken };
  if (!entry?.auth) return undefined;
  const text = Buffer.from(entry.auth, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) throw failed(file, `the entry of ${key} is no base64 of USER:PASSWORD`);
  // Docker pads with NUL.
  return { user: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, "") };
}

function readAuthFile(file: string, required: boolean): AuthFile | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (!required && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw failed(file, (error as Error).message, error);
  }
  if (text.length > LARGEST) throw failed(file, "it is larger than 1 MiB");
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as AuthFile;
  } catch (error) {
    throw failed(file, "it is no JSON", error);
  }
  throw failed(file, "it is no JSON object");
}

function failed(file: string, why: string, cause?: unknown): Failure {
  return new Failure("auth_file", `read the passwords in ${file}: ${why}`, {
    hint: "mend it, or log in anew",
    ...(cause !== undefined && { cause }),
  });
}
