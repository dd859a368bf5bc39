/** A blob from a registry: when the connection breaks, the reading goes on where it stopped. */

import { Failure } from "../../spec/failure.ts";
import type { Descriptor } from "../../spec/image.ts";
import type { Bytes } from "../medium.ts";
import { bodyOf } from "./body.ts";
import { ATTEMPTS, isBroken, waitBefore } from "./patience.ts";
import type { Answer, Registry } from "./registry.ts";

/** A broken connection that brought this much was worth another attempt. */
const WORTHWHILE = 1024 * 1024;

/** The bytes, not yet verified. Throws `Failure` `blob_cut`, and those of `Registry.ask`. */
export async function* downloadBlob(registry: Registry, { digest, size }: Descriptor): Bytes {
  let at = 0;
  for (let attempt = 1; ; attempt++) {
    const answer = await registry.ask({
      method: "GET",
      to: `blobs/${digest}`,
      doing: `read ${digest}`,
      accept: at === 0 ? [200] : [200, 206],
      ...(at > 0 && { headers: { range: `bytes=${at}-` } }),
    });
    const start = at;
    let why = "it ends too early";
    try {
      for await (const chunk of from(answer, at)) {
        at += chunk.length;
        yield chunk;
        if (at > size) return; // the verifier says what is wrong
      }
      if (!isCut(answer, at - start, size - start)) return;
    } catch (error) {
      registry.patience.signal.throwIfAborted();
      if (!isBroken(error)) throw error;
      why = (error as Error).message;
    } finally {
      answer.watch.end();
      await answer.response.body?.cancel().catch(() => {});
    }
    if (at - start >= WORTHWHILE) attempt = 1;
    if (attempt === ATTEMPTS) throw cut(registry, digest, `at ${at} of ${size} bytes: ${why}`);
    await waitBefore(attempt + 1, registry.patience);
  }
}

/** The body from byte `at` of the blob on, whether the server knows ranges or not. */
async function* from({ response, watch }: Answer, at: number): Bytes {
  const given =
    response.status === 206
      ? Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1])
      : 0;
  let skip = at - given;
  if (!(skip >= 0))
    throw new Failure("registry_error", "go on reading: the answer is another part of the blob");
  for await (const chunk of bodyOf(response, watch)) {
    const rest = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    if (rest.length > 0) yield rest;
  }
}

/** Whether the body ended before the end that its own header announced: then it was cut, and is not of the wrong size. */
function isCut({ response }: Answer, got: number, wanted: number): boolean {
  const announced = response.headers.get("content-length");
  return got < wanted && announced !== null && Number(announced) >= wanted;
}

function cut(registry: Registry, digest: string, where: string): Failure {
  const what = `read ${digest} at ${registry.name}: the connection breaks again and again, ${where}`;
  return new Failure("blob_cut", what, { hint: "check the network, and try again" });
}
