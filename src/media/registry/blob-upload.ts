/**
 * A blob into a registry: by a mount from another repository where that will do, else in pieces. After a broken connection
 * the upload goes on from where the registry says it stands; where it has been forgotten (docker-registry cannot go on in
 * the middle of a piece), it begins again. Small blobs go with the request that closes the upload.
 */

import { Failure } from "../../spec/failure.ts";
import type { Descriptor } from "../../spec/image.ts";
import type { Bytes, Origin } from "../medium.ts";
import { ATTEMPTS, isBroken, waitBefore } from "./patience.ts";
import type { Registry } from "./registry.ts";

/** Bytes of a piece: what is held in memory for each blob that is under way. */
const PIECE = 8 * 1024 * 1024;
/** What a registry may ask for at most (`OCI-Chunk-Min-Length`). */
const LARGEST_PIECE = 64 * 1024 * 1024;

/** Whether the repository has the blob. */
export async function hasBlob(registry: Registry, { digest }: Descriptor): Promise<boolean> {
  const { response } = await registry.tell({
    method: "HEAD",
    to: `blobs/${digest}`,
    doing: `look for ${digest}`,
    accept: [200, 404],
  });
  return response.status === 200;
}

/** Asks the registry to take the blob from a repository that it has; false when it will not. */
export async function mountBlob(registry: Registry, { digest }: Descriptor, from: Origin): Promise<boolean> {
  if (from.host !== registry.origin.host || from.repository === registry.origin.repository) return false;
  registry.wantFrom(from.repository);
  const reply = await registry.tell({
    method: "POST",
    to: `blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from.repository)}`,
    doing: `take ${digest} from ${from.repository}`,
    // 202 begins an upload instead, which the registry forgets by itself.
    accept: [201, 202, 401, 403, 404, 405],
  });
  return reply.response.status === 201;
}

/** Sends the blob. Throws what its bytes throw, `Failure` `blob_cut`, and those of `Registry.ask`; nothing of it stays then. */
export async function uploadBlob(
  registry: Registry,
  { digest }: Descriptor,
  open: () => Bytes,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      let upload: Upload | undefined;
      for await (const { piece, last } of pieces(open(), () => upload?.pieceSize ?? PIECE)) {
        upload ??= await Upload.begin(registry, digest);
        await (last ? upload.end(piece) : upload.send(piece));
      }
      return;
    } catch (error) {
      if (!(error instanceof Forgotten) || attempt === ATTEMPTS) throw error;
      await waitBefore(attempt + 1, registry.patience);
    }
  }
}

/** The registry does not know the upload any more. */
class Forgotten extends Failure {}

class Upload {
  readonly pieceSize: number;
  private readonly registry: Registry;
  private readonly digest: string;
  private location: URL;
  private at = 0;

  private constructor(registry: Registry, digest: string, location: URL, pieceSize: number) {
    this.registry = registry;
    this.digest = digest;
    this.location = location;
    this.pieceSize = pieceSize;
  }

  static async begin(registry: Registry, digest: string): Promise<Upload> {
    const doing = `begin the upload of ${digest}`;
    const reply = await registry.tell({ method: "POST", to: "blobs/uploads/", doing, accept: [202] });
    const least = Number(reply.response.headers.get("oci-chunk-min-length") ?? 0);
    const size = Math.min(Math.max(PIECE, Number.isSafeInteger(least) ? least : 0), LARGEST_PIECE);
    return new Upload(registry, digest, registry.follow(reply), size);
  }

  /** Sends a piece; after a failure, what of it has not arrived. */
  async send(piece: Uint8Array): Promise<void> {
    const start = this.at;
    const end = start + piece.length;
    for (let attempt = 1; this.at < end; attempt++) {
      const failed = await this.patch(piece.subarray(this.at - start), end);
      if (failed === undefined) return;
      if (attempt === ATTEMPTS) throw this.stuck(failed.why);
      await waitBefore(attempt + 1, this.registry.patience, failed.retryAfter);
      this.at = await this.whereItStands();
      if (this.at < start || this.at > end) throw this.stuck(`at byte ${this.at}`);
    }
  }

  /** One attempt to send up to `end`; returns why it failed in a way that may pass. */
  private async patch(
    rest: Uint8Array,
    end: number,
  ): Promise<{ why: string; retryAfter: string | null } | undefined> {
    try {
      const reply = await this.registry.tell({
        method: "PATCH",
        to: this.location,
        headers: { "content-type": "application/octet-stream", "content-range": `${this.at}-${end - 1}` },
        body: rest,
        doing: `send ${this.digest}`,
        accept: [202, 408, 416, 429, 500, 502, 503, 504],
        once: true,
      });
      const { status, headers } = reply.response;
      if (status !== 202) return { why: `it answers ${status}`, retryAfter: headers.get("retry-after") };
      this.location = this.registry.follow(reply);
      this.at = end;
      return undefined;
    } catch (error) {
      if (!isBroken(error)) throw error;
      return { why: (error as Error).message, retryAfter: null };
    }
  }

  /** Closes the upload, with the last piece in the same request. */
  async end(piece: Uint8Array): Promise<void> {
    if (this.at > 0 && piece.length > 0) await this.send(piece);
    const body = this.at > 0 ? new Uint8Array() : piece;
    const to = new URL(this.location);
    to.searchParams.set("digest", this.digest);
    const reply = await this.registry.tell({
      method: "PUT",
      to,
      headers: { "content-type": "application/octet-stream" },
      body,
      doing: `finish the upload of ${this.digest}`,
      accept: [201, 404],
    });
    // An answer that got lost: the upload is no more, and the blob is there.
    if (reply.response.status === 404) {
      if (!(await hasBlob(this.registry, { mediaType: "", digest: this.digest, size: 0 })))
        throw this.forgotten();
    }
  }

  private async whereItStands(): Promise<number> {
    const doing = `ask for the upload of ${this.digest}`;
    const reply = await this.registry.tell({
      method: "GET",
      to: this.location,
      doing,
      accept: [204, 404, 416],
    });
    if (reply.response.status !== 204) throw this.forgotten();
    this.location = this.registry.follow(reply);
    const range = /^(?:bytes=)?0-(\d+)$/.exec(reply.response.headers.get("range") ?? "");
    return range === null || range[1] === "0" ? 0 : Number(range[1]) + 1;
  }

  private forgotten(): Failure {
    const what = `send ${this.digest} to ${this.registry.name}: the registry has forgotten the upload`;
    return new Forgotten("blob_cut", what, { hint: "try again; what has arrived whole is not sent twice" });
  }

  private stuck(why: string): Failure {
    return new Failure(
      "blob_cut",
      `send ${this.digest} to ${this.registry.name}: the upload stands still: ${why}`,
      { hint: "try again; what has arrived whole is not sent twice" },
    );
  }
}

/** The bytes in pieces of a size; the last one, which may be empty, says that it is. */
async function* pieces(
  bytes: Bytes,
  size: () => number,
): AsyncGenerator<{ piece: Uint8Array; last: boolean }> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    // Kept until more comes, because it may be the last.
    if (length >= size()) {
      yield { piece: joined(held), last: false };
      held = [];
      length = 0;
    }
    held.push(chunk);
    length += chunk.length;
  }
  yield { piece: joined(held), last: true };
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
}
