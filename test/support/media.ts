/** What tests of media open them with: short waits, certificates of the test, nobody's passwords but the test's. */

import type { RegistryHost } from "../../src/media/registry/endpoint.ts";
import type { RegistryOptions } from "../../src/media/registry/registry.ts";

export interface MediaWish {
  readonly certDir?: string;
  readonly authFile?: string;
  readonly env?: { readonly [name: string]: string };
  readonly plainHttp?: boolean;
  readonly hosts?: { readonly [host: string]: RegistryHost };
  /** Milliseconds without a byte. */
  readonly stall?: number;
  readonly signal?: AbortSignal;
}

export function registryOptions(wish: MediaWish = {}): RegistryOptions {
  const { certDir, authFile, plainHttp, hosts } = wish;
  return {
    env: { PATH: process.env.PATH ?? "", HOME: "/nonexistent", ...wish.env },
    ...(authFile !== undefined && { authFile }),
    host: { ...(certDir !== undefined && { certDir }), ...(plainHttp !== undefined && { plainHttp }) },
    ...(hosts !== undefined && { hosts }),
    patience: { signal: wish.signal ?? new AbortController().signal, stall: wish.stall ?? 10_000, pause: 20 },
  };
}

/** Writes a file of passwords, as `login` does. */
export async function writeAuthFile(
  path: string,
  users: { readonly [key: string]: string },
): Promise<string> {
  const auths = Object.entries(users).map(([key, pair]) => [
    key,
    { auth: Buffer.from(pair).toString("base64") },
  ]);
  await Bun.write(path, JSON.stringify({ auths: Object.fromEntries(auths) }));
  return path;
}

/** Runs skopeo; throws with what it said when it fails. */
export async function skopeo(...args: string[]): Promise<string> {
  const child = Bun.spawn(["skopeo", "--insecure-policy", ...args], { stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`skopeo ${args.join(" ")}: ${err}`);
  return out;
}
