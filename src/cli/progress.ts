/** A line on stderr that says that work goes on: only on a terminal, only when the work is slow, gone when it ends. */

import type { Sink } from "./output.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/** Work that is done by then shows nothing. */
const PATIENCE_MS = 400;
const FRAME_MS = 100;

/** Runs the work; `what` is shown beside the spinner while it is slow. */
export async function withProgress<T>(err: Sink, what: string, work: () => Promise<T>): Promise<T> {
  if (!err.terminal) return work();
  let frame = 0;
  let shown = false;
  const started = Date.now();
  const timer = setInterval(() => {
    if (Date.now() - started < PATIENCE_MS) return;
    shown = true;
    err.write(`\r${FRAMES[frame++ % FRAMES.length]} ${what}`);
  }, FRAME_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (shown) err.write("\r\u001b[K");
  }
}
