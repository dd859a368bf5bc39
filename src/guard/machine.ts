/** What records say about the machine: its name and the id of this boot. */

import { readTextIfThere } from "../linux/read.ts";
import { hostName } from "../linux/uts.ts";
import type { Machine } from "./event.ts";

/** Never throws: without /proc there is no boot id. */
export function machine(): Machine {
  return { host: hostName(), boot: bootId() };
}

function bootId(): string {
  try {
    return readTextIfThere("/proc/sys/kernel/random/boot_id", 64)?.trim() ?? "";
  } catch {
    return "";
  }
}
