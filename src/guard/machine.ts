/** What records say about the machine: its name and the id of this boot. */

import { readTextIfThere } from "../linux/read.ts";
import { hostName } from "../linux/uts.ts";

/** Fills both in, once. Never throws: without /proc there is no boot id. */
export function identify(event: { host: string; boot: string }): void {
  if (event.host !== "") return;
  event.host = hostName();
  try {
    event.boot = readTextIfThere("/proc/sys/kernel/random/boot_id", 64)?.trim() ?? "";
  } catch {
    // Without it a record cannot be told from one of another boot; the time can.
  }
}
