/**
 * One HTTP exchange. Redirections are followed here and not by `fetch`, because it would be too generous: credentials
 * and the client's certificate go to the registry's own origin only, and nothing leads from https to plain http.
 */

import { Failure } from "../../spec/failure.ts";

/** What is trusted, and who we are, when a connection is made. */
export interface Tls {
  /** PEM certificates of authorities. */
  readonly ca?: readonly string[];
  /** Our own certificate and key, PEM. */
  readonly cert?: string;
  readonly key?: string;
}

export interface Ask {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH";
  readonly url: URL;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Uint8Array | string;
  /** For `url`'s own origin only. */
  readonly authorization?: string;
  /** Ends the exchange, and the reading of its body. */
  readonly signal: AbortSignal;
  readonly tls: Tls;
}

export interface Reply {
  readonly response: Response;
  /** Where the answer came from in the end. */
  readonly url: URL;
}

const MOST_REDIRECTIONS = 5;

/** Asks, and follows redirections of what only reads. Throws `Failure` `registry_redirect`, and what `fetch` throws. */
export async function exchange(ask: Ask): Promise<Reply> {
  let url = ask.url;
  for (let hops = 0; ; hops++) {
    const response = await send(ask, url);
    const location = response.headers.get("location");
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return { response, url };
    await response.body?.cancel();
    if (ask.method !== "GET" && ask.method !== "HEAD")
      throw refused(url, "it redirects what would be written");
    if (hops === MOST_REDIRECTIONS) throw refused(url, `it redirects more than ${MOST_REDIRECTIONS} times`);
    url = target(location, url);
  }
}

/** What a `Location` means. Throws `Failure` `registry_redirect` where it leads out of https. */
export function target(location: string, from: URL): URL {
  let url: URL;
  try {
    url = new URL(location, from);
  } catch {
    throw refused(from, "it redirects to what is no address");
  }
  if (url.protocol === "https:" || (url.protocol === "http:" && from.protocol === "http:")) return url;
  throw refused(from, `it redirects from https to ${url.protocol.slice(0, -1)}`);
}

function send(ask: Ask, url: URL): Promise<Response> {
  const home = url.origin === ask.url.origin;
  const { ca, cert, key } = ask.tls;
  const headers: { [name: string]: string } = {
    "user-agent": "hookwright",
    // A proxy that wraps a blob would change its digest.
    "accept-encoding": "identity",
    ...ask.headers,
  };
  if (home && ask.authorization !== undefined) headers.authorization = ask.authorization;
  const request: BunFetchRequestInit = {
    method: ask.method,
    headers,
    // The type leaves open that it is shared memory.
    ...(ask.body !== undefined && { body: ask.body as string | Uint8Array<ArrayBuffer> }),
    redirect: "manual",
    decompress: false,
    signal: ask.signal,
    tls: {
      ...(ca !== undefined && { ca: [...ca] }),
      ...(home && cert !== undefined && key !== undefined && { cert, key }),
    },
  };
  return fetch(url, request);
}

function refused(url: URL, why: string): Failure {
  return new Failure("registry_redirect", `ask ${url.origin}: ${why}`, {
    hint: "the registry, or a proxy before it, is set up wrongly",
  });
}
