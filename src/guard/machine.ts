/** What records say about the machine: its name and the id of this boot. */

import { bootId } from "../linux/life.ts";
import { hostName } from "../linux/uts.ts";

/** Fills both in, once. Never throws: without /proc there is no boot id, and a record has only its time. */
export function identify(event: { host: string; boot: string }): void {
  if (event.host !== "") return;
  event.host = hostName();
  event.boot = bootId();
}
