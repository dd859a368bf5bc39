/**
 * How long a registry is waited for: an attempt ends when nothing has come for a while, and is made again, later each time,
 * when the reason may pass: a connection that broke, a server that is busy or in trouble.
 */

import { Failure } from "../../spec/failure.ts";

export interface Patience {
  /** Ends everything: an interrupt, or the time that the user gave. */
  readonly signal: AbortSignal;
  /** Milliseconds without a byte after which an attempt is given up. */
  readonly stall: number;
  /** Milliseconds before the second attempt; twice as long before each one after it. */
  readonly pause: number;
}

/** Attempts, the first included. */
export const ATTEMPTS = 5;
/** Longest wait that a server may ask for, in seconds. */
const LONGEST_WAIT = 60;

/** Ends an attempt that stalls: `signal` is for it, and every byte is a `touch`. */
export class Watch {
  readonly signal: AbortSignal;
  private readonly own = new AbortController();
  private readonly stall: number;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor({ signal, stall }: Patience) {
    this.stall = stall;
    this.signal = AbortSignal.any([signal, this.own.signal]);
    this.touch();
  }

  touch(): void {
    clearTimeout(this.timer);
    const stalled = () => this.own.abort(new Stalled(this.stall));
    this.timer = setTimeout(stalled, this.stall);
  }

  end(): void {
    clearTimeout(this.timer);
  }
}

class Stalled extends Error {
  constructor(stall: number) {
    super(`nothing came for ${stall / 1000} s`);
  }
}

/** Whether the same request may be answered later. */
export function mayPass(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** Whether an error is the network's: no `Failure`, no mistake of ours. */
export function isBroken(error: unknown): boolean {
  if (error instanceof Stalled) return true;
  return (
    error instanceof Error && !(error instanceof Failure) && "code" in error && typeof error.code === "string"
  );
}

/**
 * Waits before attempt `number` (from 2), as long as `retryAfter` (the header) says where it says more. Throws what ended
 * the work, or `Failure` `registry_busy` when the server asks for too much.
 */
export async function waitBefore(
  number: number,
  patience: Patience,
  retryAfter: string | null = null,
): Promise<void> {
  const asked = retryAfter === null ? 0 : secondsOf(retryAfter);
  if (asked > LONGEST_WAIT) {
    throw new Failure(
      "registry_busy",
      `ask the registry: it wants to be left alone for ${Math.ceil(asked)} s`,
      {
        hint: "try again after that time",
      },
    );
  }
  const own = patience.pause * 2 ** (number - 2) * (0.75 + Math.random() / 2);
  await sleep(Math.max(own, asked * 1000), patience.signal);
}

/** `Retry-After`: seconds, or a date. */
function secondsOf(header: string): number {
  if (/^\d+$/.test(header.trim())) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, (date - Date.now()) / 1000);
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
