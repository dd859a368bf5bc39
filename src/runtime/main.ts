/** The wrapper's entry point in the host program; called as `oci-add-hooks` it is that tool instead. */

import { argv, argvBytes, env, envBytes, primitive } from "../host/quickjs.ts";
import { bind } from "../linux/primitive.ts";
import { exit } from "../linux/process.ts";
import { wrapper } from "./wrapper.ts";

bind(primitive);
const invoked = { argv, env, argvBytes, envBytes };
exit(
  argv[0]?.endsWith("oci-add-hooks")
    ? await (await import("./add-hooks.ts")).addHooks(invoked)
    : await wrapper(invoked),
);
