/** What NRI does not guarantee, in words for a log, and how a newer engine closes it. */

import { requiredPlugins } from "../engines/required-plugins.ts";
import type { Dialect } from "./dialect.ts";

/** What is to be known of a runtime that this plugin is connected to; `due` is in milliseconds. */
export function failsOpen({ name, engine, requiresPlugins }: Dialect, plugin: string, due: number): string[] {
  const limit = due > 0 ? ` within ${due} ms` : " in time";
  const lines = [
    `NRI fails open: a container is created without its hooks while this plugin is not connected, or when it does not answer${limit}`,
  ];
  if (engine !== undefined && requiresPlugins)
    return [...lines, `${name} closes that when it is told to: ${requiredPlugins(engine, plugin)}`];
  return [...lines, `${name} cannot be told to wait for it; containerd 2.2 and CRI-O 1.34 can`];
}
