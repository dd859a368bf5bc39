/** The wrapper's entry point in the host program; called as `oci-add-hooks` it is that tool instead. */

import { host } from "../host/quickjs.ts";
import { bind } from "../linux/primitive.ts";
import { exit } from "../linux/process.ts";
import { addHooks } from "./add-hooks.ts";
import { wrapper } from "./wrapper.ts";

bind(host);

export default async function main(): Promise<never> {
  exit(await (host.argv[0]?.endsWith("oci-add-hooks") ? addHooks(host) : wrapper(host)));
}
