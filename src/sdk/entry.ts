/**
 * First module of a compiled hook's program: binds the engine's primitive before the hook's own modules are evaluated. `hookwright
 * hook build` imports it in front of the hook.
 */

import { host } from "../host/quickjs.ts";
import { bind } from "../linux/primitive.ts";
import type { Hook } from "./define.ts";
import { startProgram } from "./start.ts";

bind(host);

export function main(hook: Hook | undefined): never {
  return startProgram(hook, host.argv, host.env);
}
