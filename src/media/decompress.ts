/** A layer as plain tar, for media that hold nothing else. */

import { pipeline, Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { Failure } from "../spec/failure.ts";
import { MEDIA_TYPE } from "../spec/image.ts";
import type { Bytes } from "./medium.ts";

/** The bytes without their compression. Throws `Failure` `layer_compression`, and what `bytes` throws. */
export async function* plainBytes(bytes: Bytes, mediaType: string): Bytes {
  const machine = machineFor(mediaType);
  if (machine === undefined) {
    yield* bytes;
    return;
  }
  let failure: unknown;
  pipeline(Readable.from(watched(bytes, (error) => (failure = error))), machine, () => {});
  try {
    for await (const chunk of machine) yield chunk;
  } catch (error) {
    if (failure !== undefined) throw failure;
    throw new Failure("layer_compression", `unpack a layer: ${(error as Error).message}`, {
      hint: "it is damaged; get the image again",
      cause: error,
    });
  }
}

/** The stream's own error, which a pipeline does not always hand on. */
async function* watched(bytes: Bytes, tell: (error: unknown) => void): Bytes {
  try {
    yield* bytes;
  } catch (error) {
    tell(error);
    throw error;
  }
}

function machineFor(mediaType: string) {
  if (mediaType.endsWith("+gzip") || mediaType === MEDIA_TYPE.dockerLayer) return createGunzip();
  if (mediaType.endsWith("+zstd")) return createZstdDecompress();
  return undefined;
}
