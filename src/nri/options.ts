/** What a plugin is started with, and how it says what it does. */

import type { Roots } from "../spec/roots.ts";

/** How much is said; each level says what those before it do. */
export const LEVELS = ["error", "warn", "info", "debug"] as const;
export type Level = (typeof LEVELS)[number];

export interface PluginOptions {
  readonly roots: Roots;
  readonly socket: string;
  readonly name: string;
  /** Two digits: the order among plugins. */
  readonly index: string;
  log(level: Level, message: string): void;
}
