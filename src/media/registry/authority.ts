/**
 * The `Authorization` header of a registry (distribution specification; Docker's token authentication). A challenge is
 * answered only when it comes from the registry's own origin, and a password goes to the registry or to the token server
 * that it names, over https, never further.
 */

import { type Challenge, parseChallenges } from "../../codec/image/challenge.ts";
import { Failure } from "../../spec/failure.ts";
import { boundedText } from "./body.ts";
import type { Credentials } from "./credentials.ts";
import type { Endpoint } from "./endpoint.ts";
import { exchange, type Reply } from "./exchange.ts";
import { ATTEMPTS, isBroken, mayPass, type Patience, Watch, waitBefore } from "./patience.ts";

const LARGEST_TOKEN = 256 * 1024;

export class Authority {
  private readonly endpoint: Endpoint;
  private readonly credentials: Credentials | undefined;
  private readonly patience: Patience;
  private readonly scopes: Set<string>;
  private current: string | undefined;
  private renewal: Promise<string> | undefined;

  /** `scopes` are what a token is asked for: `repository:NAME:pull,push`. */
  constructor(
    endpoint: Endpoint,
    credentials: Credentials | undefined,
    scopes: readonly string[],
    patience: Patience,
  ) {
    this.endpoint = endpoint;
    this.credentials = credentials;
    this.scopes = new Set(scopes);
    this.patience = patience;
  }

  /** What to send now; undefined as long as the registry has not asked for anything. */
  get header(): string | undefined {
    return this.current;
  }

  /** More to ask for with the next token, such as the right to read a repository that blobs are taken from. */
  want(scope: string): void {
    if (this.scopes.has(scope)) return;
    this.scopes.add(scope);
    // A password says the same for every scope; a token has to be fetched anew.
    if (this.current?.startsWith("Bearer ")) this.current = undefined;
  }

  /**
   * After a 401: a header that may be accepted, undefined when there is no other than the one that was refused. Requests
   * that are refused together share one renewal.
   */
  async answer({ response, url }: Reply, refused: string | undefined): Promise<string | undefined> {
    if (url.origin !== this.endpoint.base.origin) return undefined;
    if (this.current !== refused && this.current !== undefined) return this.current;
    const header = response.headers.get("www-authenticate") ?? "";
    const challenges = parseChallenges(header);
    const bearer = challenges.find(({ scheme }) => scheme === "bearer");
    const basic = challenges.find(({ scheme }) => scheme === "basic");
    if (bearer !== undefined) {
      this.renewal ??= this.token(bearer).finally(() => {
        this.renewal = undefined;
      });
      this.current = `Bearer ${await this.renewal}`;
    } else if (basic !== undefined && this.credentials !== undefined && "user" in this.credentials) {
      this.current = basicHeader(this.credentials);
    } else return undefined;
    return this.current === refused ? undefined : this.current;
  }

  private covers(scope: string): boolean {
    const end = scope.lastIndexOf(":") + 1;
    const own = [...this.scopes].find((one) => one.slice(0, end) === scope.slice(0, end));
    const actions = own?.slice(end).split(",");
    return (
      actions !== undefined &&
      scope
        .slice(end)
        .split(",")
        .every((action) => actions.includes(action))
    );
  }

  private async token({ parameters }: Challenge): Promise<string> {
    const realm = this.realmOf(parameters.realm);
    // What the registry names besides, such as a catalogue, is wanted, too.
    const named = (parameters.scope ?? "").split(" ").filter((scope) => scope !== "" && !this.covers(scope));
    const scopes = [...this.scopes, ...named];
    for (let attempt = 1; ; attempt++) {
      if (attempt > 1) await waitBefore(attempt, this.patience);
      const watch = new Watch(this.patience);
      try {
        const { response } = await this.askToken(realm, parameters.service, scopes, watch.signal);
        const text = await boundedText(response, LARGEST_TOKEN, watch);
        if (response.status === 200) return tokenIn(text, realm);
        if (!mayPass(response.status) || attempt === ATTEMPTS) throw refusal(realm, response.status);
      } catch (error) {
        this.patience.signal.throwIfAborted();
        if (!isBroken(error)) throw error;
        if (attempt === ATTEMPTS) throw unreachable(realm, error);
      } finally {
        watch.end();
      }
    }
  }

  private askToken(
    realm: URL,
    service: string | undefined,
    scopes: string[],
    signal: AbortSignal,
  ): Promise<Reply> {
    // Our own certificate is for the registry; the authorities are the machine's.
    const { ca } = this.endpoint.tls;
    const tls = ca === undefined ? {} : { ca };
    if (this.credentials !== undefined && "refreshToken" in this.credentials) {
      const form = new URLSearchParams({
        grant_type: "refresh_token",
        refresh_token: this.credentials.refreshToken,
        client_id: "hookwright",
        scope: scopes.join(" "),
        ...(service !== undefined && { service }),
      });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return exchange({ method: "POST", url: realm, headers, body: form.toString(), tls, signal });
    }
    const url = new URL(realm);
    if (service !== undefined) url.searchParams.set("service", service);
    for (const scope of scopes) url.searchParams.append("scope", scope);
    const authorization = this.credentials && basicHeader(this.credentials);
    if (this.credentials !== undefined) url.searchParams.set("account", this.credentials.user);
    return exchange({
      method: "GET",
      url,
      tls,
      signal,
      ...(authorization !== undefined && { authorization }),
    });
  }

  /** The token server. It may be another host, but not one that is spoken to in the open when the registry is not. */
  private realmOf(realm: string | undefined): URL {
    const { base } = this.endpoint;
    let url: URL | undefined;
    try {
      url = new URL(realm ?? "");
    } catch {}
    if (url?.protocol === "https:" || (url?.protocol === "http:" && base.protocol === "http:")) return url;
    throw new Failure(
      "registry_token",
      `log in to ${this.endpoint.host}: its token server is ${JSON.stringify(realm ?? "")}, which is no https address`,
      { hint: "no password was sent; ask who runs the registry" },
    );
  }
}

function basicHeader({ user, password }: { user: string; password: string }): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
}

function tokenIn(text: string, realm: URL): string {
  let value: { token?: unknown; access_token?: unknown } | null = null;
  try {
    value = JSON.parse(text);
  } catch {}
  const token = value?.token ?? value?.access_token;
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new Failure("registry_token", `get a token from ${realm.origin}: the answer has none`, {
    hint: "ask who runs the registry",
  });
}

function refusal(realm: URL, status: number): Failure {
  return new Failure("registry_unauthorized", `get a token from ${realm.origin}: it answers ${status}`, {
    hint: "log in with `podman login`, `skopeo login` or `docker login`",
  });
}

function unreachable(realm: URL, cause: unknown): Failure {
  return new Failure(
    "registry_unreachable",
    `get a token from ${realm.origin}: ${(cause as Error).message}`,
    {
      hint: "check the network, and try again",
      cause,
    },
  );
}
