/** What the verbs that open images have in common: where passwords, certificates and mirrors come from, and how long to wait. */

import type { RegistryOptions } from "../media/registry/registry.ts";
import { readConfiguration } from "../plan/configuration.ts";
import { Failure } from "../spec/failure.ts";
import type { Roots } from "../spec/roots.ts";

export interface MediaWishes {
  authFile?: string;
  certDir?: string;
  plainHttp?: boolean;
  /** Seconds for all of it. */
  timeout?: number;
  env: { readonly [name: string]: string | undefined };
  /** Aborted by an interrupt. */
  stop: AbortSignal;
}

/** Milliseconds without a byte after which a registry is asked again. */
const STALL = 30_000;
const PAUSE = 500;

/**
 * Runs `work` with what registries need. Throws what `work` throws, `Failure` `image_timeout` or `image_interrupted`, and
 * those of the host's configuration.
 */
export async function withMedia<T>(
  roots: Roots,
  wishes: MediaWishes,
  work: (options: RegistryOptions) => Promise<T>,
): Promise<T> {
  const { authFile, certDir, plainHttp, timeout, env, stop } = wishes;
  const deadline = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000);
  const signal = deadline === undefined ? stop : AbortSignal.any([stop, deadline]);
  try {
    return await work({
      env,
      ...(authFile !== undefined && { authFile }),
      host: { ...(certDir !== undefined && { certDir }), ...(plainHttp && { plainHttp }) },
      hosts: readConfiguration(roots).registries,
      patience: { signal, stall: STALL, pause: PAUSE },
    });
  } catch (error) {
    if (deadline?.aborted) {
      throw new Failure("image_timeout", `transfer the image: it took longer than ${timeout} s`, {
        hint: "give it more time with --timeout; what has arrived is not sent again",
      });
    }
    if (stop.aborted) {
      throw new Failure("image_interrupted", "transfer the image: interrupted", {
        hint: "do it again to go on; what has arrived is not sent again",
      });
    }
    throw error;
  }
}
