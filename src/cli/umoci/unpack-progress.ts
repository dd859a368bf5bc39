/** A line on a terminal that says how far an unpack has come: only when it takes long, gone when it ends. */

import type { Progress } from "../../layer/apply.ts";
import type { Sink } from "../output.ts";

const PATIENCE_MS = 400;
const MIB = 1024 * 1024;

export function unpackProgress(err: Sink): { show: (progress: Progress) => void; clear: () => void } {
  const begin = performance.now();
  let shown = false;
  return {
    show({ layer, of, entries, bytes }) {
      if (!err.terminal || performance.now() - begin < PATIENCE_MS) return;
      shown = true;
      err.write(
        `\r\u001b[Klayer ${layer} of ${of}: ${Math.round(bytes / MIB)} MiB, ${entries} entries in all`,
      );
    },
    clear() {
      if (shown) err.write("\r\u001b[K");
    },
  };
}
