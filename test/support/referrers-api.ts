/**
 * The referrers API (OCI distribution specification 1.1), which Debian's docker-registry lacks, before such a registry: it
 * notes the subject of each manifest that is put, and answers who refers to a digest, one at a time on pages of their own.
 */

import { type Descriptor, type Manifest, MEDIA_TYPE } from "../../src/spec/image.ts";
import { digestOf } from "./sample-image.ts";

export interface ReferrersApi {
  readonly host: string;
  stop(): void;
}

/** Starts it before a registry that speaks plain http at `host`. */
export function startReferrersApi(host: string): ReferrersApi {
  const referrers = new Map<string, Descriptor[]>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const url = new URL(request.url);
      const asked = /\/referrers\/(sha256:[0-9a-f]{64})$/.exec(url.pathname)?.[1];
      if (asked !== undefined) return page(referrers.get(asked) ?? [], url);
      const body = ["GET", "HEAD"].includes(request.method) ? undefined : await request.bytes();
      const headers = new Headers(request.headers);
      const answer = await fetch(`http://${host}${url.pathname}${url.search}`, {
        method: request.method,
        headers,
        redirect: "manual",
        ...(body !== undefined && { body }),
      });
      const back = new Response(answer.body, answer);
      const subject =
        request.method === "PUT" && answer.status === 201 ? note(url, headers, body) : undefined;
      if (subject !== undefined) back.headers.set("oci-subject", subject);
      return back;
    },
  });

  function note(url: URL, headers: Headers, body: Uint8Array | undefined): string | undefined {
    if (!url.pathname.includes("/manifests/") || body === undefined) return undefined;
    const manifest = JSON.parse(new TextDecoder().decode(body)) as Manifest;
    const subject = manifest.subject?.digest;
    if (subject === undefined) return undefined;
    const { artifactType = manifest.config.mediaType, annotations } = manifest;
    const mediaType = headers.get("content-type") ?? "";
    const one = {
      mediaType,
      digest: digestOf(body),
      size: body.length,
      artifactType,
      ...(annotations && { annotations }),
    };
    referrers.set(subject, [...(referrers.get(subject) ?? []), one]);
    return subject;
  }

  return { host: `127.0.0.1:${server.port}`, stop: () => void server.stop(true) };
}

function page(all: readonly Descriptor[], url: URL): Response {
  const at = Number(url.searchParams.get("page") ?? 0);
  const headers: { [name: string]: string } = { "content-type": MEDIA_TYPE.index };
  if (at + 1 < all.length) headers.link = `<${url.pathname}?page=${at + 1}>; rel="next"`;
  return new Response(
    JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE.index, manifests: all.slice(at, at + 1) }),
    { headers },
  );
}
