/**
 * The plugin for as long as it is wanted: connected, or trying to be. While it is not, containers start without hooks, which is said
 * as loudly as a log can: at the start, and each time with how long it was.
 */

import { failsOpen } from "../engines/nri.ts";
import { Failure } from "../spec/failure.ts";
import type { PluginOptions } from "./options.ts";
import { openSession } from "./plugin.ts";

/** Between two attempts, milliseconds; doubled each time. The last is short: an engine that comes up starts pods at once. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1000;

/** Runs until `stop`. @throws Failure `nri_refused` when the runtime does not want this plugin */
export async function runPlugin(options: PluginOptions, stop: AbortSignal): Promise<void> {
  const { log, socket } = options;
  let pause = FIRST_PAUSE;
  let awaySince: number | undefined;
  let told: string | undefined;
  while (!stop.aborted) {
    try {
      const { dialect, due, connection } = await openSession(options);
      const end = () => connection.close();
      stop.addEventListener("abort", end, { once: true });
      if (stop.aborted) end();
      log("info", `connected to ${dialect.name} at ${socket} as ${options.index}-${options.name}`);
      const limit = due > 0 ? `within ${due} ms` : "in time";
      const { engine, version } = dialect;
      const said =
        awaySince === undefined ? failsOpen(engine, version, options.name, limit) : [gap(awaySince)];
      for (const line of said) log("warn", line);
      pause = FIRST_PAUSE;
      told = undefined;
      const fault = await connection.closed;
      stop.removeEventListener("abort", end);
      if (stop.aborted) break;
      awaySince = performance.now();
      log(
        "warn",
        `the connection has ended${fault === undefined ? "" : `: ${fault.message}`}; containers get no hooks`,
      );
    } catch (error) {
      if (!(error instanceof Failure) || error.code === "nri_refused") throw error;
      awaySince ??= performance.now();
      if (told !== error.message) log("warn", `${error.message}; trying again`);
      told = error.message;
    }
    await paused(pause, stop);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

function gap(since: number): string {
  const seconds = ((performance.now() - since) / 1000).toFixed(1);
  return `it was away for ${seconds} s: containers created meanwhile have no hooks`;
}

function paused(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    stop.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener("abort", done);
      resolve();
    }
  });
}
