/** The bodies of answers: read as they come, watched for standing still, and never longer than expected. */

import { Failure } from "../../spec/failure.ts";
import type { Bytes } from "../medium.ts";
import type { Watch } from "./patience.ts";

/** The body's bytes; each one is a sign of life. */
export async function* bodyOf(response: Response, watch: Watch): Bytes {
  if (response.body === null) return;
  for await (const chunk of response.body) {
    watch.touch();
    yield chunk;
  }
}

/** A short body whole. Throws `Failure` `registry_flood` for one that is longer than `limit` bytes. */
export async function boundedBytes(response: Response, limit: number, watch: Watch): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of bodyOf(response, watch)) {
    length += chunk.length;
    if (length > limit) {
      throw new Failure("registry_flood", `read ${response.url}: the answer is longer than ${limit} bytes`, {
        hint: "ask who runs the registry",
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As `boundedBytes`, as text. */
export async function boundedText(response: Response, limit: number, watch: Watch): Promise<string> {
  return new TextDecoder().decode(await boundedBytes(response, limit, watch));
}
