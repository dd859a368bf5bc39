/**
 * A repository on a registry (OCI distribution specification 1.1): requests with the right to make them, made again when
 * the network or the server fails, and answers that are errors turned into a `Failure`.
 */

import { Failure } from "../../spec/failure.ts";
import type { Origin } from "../medium.ts";
import { Authority } from "./authority.ts";
import { boundedText } from "./body.ts";
import { credentialsFor, type Wallet } from "./credentials.ts";
import { type Endpoint, findEndpoint, type RegistryHost } from "./endpoint.ts";
import { type Ask, exchange, type Reply, target } from "./exchange.ts";
import { ATTEMPTS, isBroken, mayPass, type Patience, Watch, waitBefore } from "./patience.ts";

export interface RegistryOptions extends Wallet {
  /** For every registry of the command. */
  readonly host: RegistryHost;
  /** By host, from the host's configuration. */
  readonly hosts?: { readonly [host: string]: RegistryHost };
  readonly patience: Patience;
}

export interface Wish {
  readonly method: Ask["method"];
  /** Below `/v2/REPOSITORY/`, or a whole address that the registry gave. */
  readonly to: string | URL;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: Uint8Array;
  /** What is done, for messages: `read the manifest latest`. */
  readonly doing: string;
  /** Statuses that are answers to the caller; any other is a Failure. */
  readonly accept: readonly number[];
  /** A request that must not be repeated blindly: the network's errors are thrown as they are. */
  readonly once?: true;
}

/** An answer whose body is still to come: it is read with `watch`, which must be ended. */
export interface Answer extends Reply {
  readonly watch: Watch;
}

const LONGEST_ERROR = 64 * 1024;

/** Opens a repository. Throws `Failure` `registry_unreachable`, `auth_file`, `credential_program`, `certificates`. */
export async function openRegistry(
  origin: Origin,
  actions: "pull" | "pull,push",
  options: RegistryOptions,
): Promise<Registry> {
  const { patience } = options;
  const endpoint = await findEndpoint(
    origin.host,
    { ...options.hosts?.[origin.host], ...options.host },
    patience,
  );
  const credentials = await credentialsFor(origin, options);
  const scope = `repository:${origin.repository}:${actions}`;
  return new Registry(origin, endpoint, new Authority(endpoint, credentials, [scope], patience), patience);
}

export class Registry {
  readonly origin: Origin;
  readonly patience: Patience;
  private readonly endpoint: Endpoint;
  private readonly authority: Authority;

  constructor(origin: Origin, endpoint: Endpoint, authority: Authority, patience: Patience) {
    this.origin = origin;
    this.endpoint = endpoint;
    this.authority = authority;
    this.patience = patience;
  }

  get name(): string {
    return `${this.origin.host}/${this.origin.repository}`;
  }

  /** Reading another repository of this registry is wanted, too. */
  wantFrom(repository: string): void {
    this.authority.want(`repository:${repository}:pull`);
  }

  /** What a `Location` of an answer means. */
  follow(reply: Reply): URL {
    const location = reply.response.headers.get("location");
    if (location !== null) return target(location, reply.url);
    throw new Failure("registry_error", `ask ${this.endpoint.host}: the answer has no Location`, {
      hint: "ask who runs the registry",
    });
  }

  /** Makes a request whose body is awaited by the caller. Throws the `Failure`s of `failureOf`. */
  async ask(wish: Wish): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const watch = new Watch(this.patience);
      let failure: unknown;
      let retryAfter: string | null = null;
      try {
        const reply = await this.authorized(wish, watch);
        const { response } = reply;
        if (wish.accept.includes(response.status)) return { ...reply, watch };
        retryAfter = response.headers.get("retry-after");
        failure = await this.failureOf(wish, response, watch);
        if (!mayPass(response.status) || attempt === ATTEMPTS) throw failure;
      } catch (error) {
        watch.end();
        this.patience.signal.throwIfAborted();
        if (error === failure || !isBroken(error) || wish.once) throw error;
        if (attempt === ATTEMPTS) throw this.unreachable(wish, error);
      }
      watch.end();
      await waitBefore(attempt + 1, this.patience, retryAfter);
    }
  }

  /** As `ask`, for an answer whose body says nothing. */
  async tell(wish: Wish): Promise<Reply> {
    const { watch, ...reply } = await this.ask(wish);
    watch.end();
    await reply.response.body?.cancel();
    return reply;
  }

  private async authorized(wish: Wish, watch: Watch): Promise<Reply> {
    const { method, headers, body } = wish;
    const url =
      wish.to instanceof URL
        ? wish.to
        : new URL(`/v2/${this.origin.repository}/${wish.to}`, this.endpoint.base);
    const home = url.origin === this.endpoint.base.origin;
    const attempt = (authorization: string | undefined) =>
      exchange({
        method,
        url,
        signal: watch.signal,
        tls: home ? this.endpoint.tls : { ...(this.endpoint.tls.ca && { ca: this.endpoint.tls.ca }) },
        ...(headers !== undefined && { headers }),
        ...(body !== undefined && { body }),
        ...(home && authorization !== undefined && { authorization }),
      });
    const sent = this.authority.header;
    const reply = await attempt(sent);
    if (reply.response.status !== 401 || !home) return reply;
    const better = await this.authority.answer(reply, sent);
    if (better === undefined) return reply;
    await reply.response.body?.cancel();
    watch.touch();
    return attempt(better);
  }

  /** `registry_unauthorized`, `registry_denied`, `image_missing`, `registry_busy` or `registry_error`. */
  private async failureOf({ doing }: Wish, response: Response, watch: Watch): Promise<Failure> {
    const said = errorIn(await boundedText(response, LONGEST_ERROR, watch).catch(() => ""));
    const why = said === "" ? `it answers ${response.status}` : `it answers ${response.status}: ${said}`;
    const [code, hint] = meaningOf(response.status);
    return new Failure(code, `${doing} at ${this.name}: ${why}`, { hint });
  }

  private unreachable({ doing }: Wish, cause: unknown): Failure {
    const { message } = cause as Error;
    return new Failure("registry_unreachable", `${doing} at ${this.name}: ${message}`, {
      hint: /certificate|self.signed/i.test(message)
        ? "give the directory of its authority's certificate with --cert-dir"
        : "check the name and the network, and try again",
      cause,
    });
  }
}

function meaningOf(status: number): [code: string, hint: string] {
  if (status === 401)
    return ["registry_unauthorized", "log in with `podman login`, `skopeo login` or `docker login`"];
  if (status === 403) return ["registry_denied", "log in as somebody who may do this"];
  if (status === 404) return ["image_missing", "check the name and the tag"];
  if (status === 429) return ["registry_busy", "wait, and try again"];
  return ["registry_error", "try again, or ask who runs the registry"];
}

/** The first error of a registry's answer, in its own words, in one line. */
function errorIn(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[] };
    const first = errors?.[0];
    return [first?.code, first?.message]
      .filter((word) => typeof word === "string" && word !== "")
      .join(": ")
      .slice(0, 300);
  } catch {
    return "";
  }
}
