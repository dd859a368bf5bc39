/**
 * A Docker engine's own images as source and sink: `docker-daemon:NAME`. The engine is asked on its socket for what
 * `docker save` writes, and given what `docker load` reads; in between is a temporary file, since both are one stream.
 */

import { createWriteStream, openAsBlob, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseReference } from "../codec/image/reference.ts";
import { randomHex } from "../linux/random.ts";
import { Failure } from "../spec/failure.ts";
import type { Sink, Source } from "./medium.ts";
import { dockerArchiveSink, dockerArchiveSource } from "./medium-docker-archive.ts";

export interface DaemonOptions {
  readonly env: { readonly [name: string]: string | undefined };
  readonly patience: { readonly signal: AbortSignal };
}

const SOCKET = "/var/run/docker.sock";
const LARGEST_ANSWER = 1024 * 1024;

/** Opens an image of the engine to read. Throws `Failure` `docker_unreachable`, `image_missing`, `docker_error`. */
export async function dockerDaemonSource(name: string, options: DaemonOptions): Promise<Source> {
  const file = temporaryFile();
  try {
    const response = await ask(`/images/${encodeURIComponent(name)}/get`, { method: "GET" }, options);
    if (response.status !== 200 || response.body === null) throw await refusal(`read ${name}`, response);
    await keep(response.body, file, name, options);
    const source = await dockerArchiveSource(file, undefined);
    return {
      ...source,
      name: `docker-daemon:${name}`,
      close: () => source.close().finally(() => rmSync(file, { force: true })),
    };
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  }
}

/** Opens a name of the engine to write. */
export function dockerDaemonSink(name: string, options: DaemonOptions): Sink {
  if (name.startsWith("sha256:")) {
    throw new Failure(
      "location_invalid",
      `write docker-daemon:${name}: an image gets its id from what it is`,
      {
        hint: "give a name, such as docker-daemon:app:1",
      },
    );
  }
  const file = temporaryFile();
  const archive = dockerArchiveSink(file, parseReference(name));
  return {
    ...archive,
    name: `docker-daemon:${name}`,
    async finish(root) {
      await archive.finish(root);
      const body = await openAsBlob(file);
      const headers = { "content-type": "application/x-tar" };
      const response = await ask("/images/load?quiet=1", { method: "POST", headers, body }, options);
      if (response.status !== 200) throw await refusal(`write ${name}`, response);
      const said = await text(response);
      // The status is sent before the work is done; what went wrong comes in the stream.
      const error = /"error":\s*("(?:[^"\\]|\\.)*")/.exec(said)?.[1];
      if (error !== undefined) throw failed(`write ${name}`, String(JSON.parse(error)));
    },
    close: () => archive.close().finally(() => rmSync(file, { force: true })),
  };
}

function temporaryFile(): string {
  return `${tmpdir()}/hookwright-docker-${randomHex(8)}.tar`;
}

async function ask(
  path: string,
  request: { method: string; headers?: { [name: string]: string }; body?: Blob },
  { env, patience }: DaemonOptions,
): Promise<Response> {
  const unix = socketOf(env.DOCKER_HOST);
  try {
    return await fetch(`http://docker${path}`, {
      ...request,
      unix,
      redirect: "error",
      signal: patience.signal,
    });
  } catch (error) {
    patience.signal.throwIfAborted();
    throw new Failure("docker_unreachable", `ask the Docker engine at ${unix}: ${(error as Error).message}`, {
      hint: "start it, or say where it listens with DOCKER_HOST=unix://PATH",
      cause: error,
    });
  }
}

/** Writes what the engine sends to a file that is made for it. Throws `Failure` `docker_error`. */
async function keep(
  body: ReadableStream,
  file: string,
  name: string,
  { patience }: DaemonOptions,
): Promise<void> {
  try {
    await pipeline(Readable.fromWeb(body as never), createWriteStream(file, { flags: "wx", mode: 0o600 }));
  } catch (error) {
    patience.signal.throwIfAborted();
    throw new Failure(
      "docker_error",
      `read ${name}: keep what the Docker engine sends: ${(error as Error).message}`,
      {
        hint: `look into its log, and whether ${tmpdir()} has room`,
        cause: error,
      },
    );
  }
}

function socketOf(host: string | undefined): string {
  if (!host) return SOCKET;
  const path = /^unix:\/\/(\/.+)$/.exec(host)?.[1];
  if (path !== undefined) return path;
  throw new Failure(
    "docker_unreachable",
    `ask the Docker engine at ${host}: it is no socket of this machine`,
    {
      hint: "only DOCKER_HOST=unix://PATH is spoken",
    },
  );
}

async function refusal(doing: string, response: Response): Promise<Failure> {
  const said = await text(response);
  let message = said.trim();
  try {
    message = String((JSON.parse(said) as { message?: unknown }).message ?? message);
  } catch {}
  if (response.status !== 404) return failed(doing, message.slice(0, 300));
  return new Failure("image_missing", `${doing}: the Docker engine says: ${message.slice(0, 300)}`, {
    hint: "`docker images` lists what it has",
  });
}

async function text(response: Response): Promise<string> {
  let said = "";
  for await (const chunk of response.body ?? []) {
    said += new TextDecoder().decode(chunk);
    if (said.length > LARGEST_ANSWER) break;
  }
  return said;
}

function failed(doing: string, why: string): Failure {
  return new Failure("docker_error", `${doing}: the Docker engine says: ${why}`, {
    hint: "look into its log",
  });
}
