/** Numbers of a JSON text that JavaScript would print in another way (`1.0`, 2^64): kept as they were written. */

import type { Json } from "../../spec/runtime-config.ts";

export class ExactNumber {
  /** As it stood in the text. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** For JSON.stringify: the nearest number that there is. */
  toJSON(): number {
    return Number(this.text);
  }
}

/** As JSON.parse, with an ExactNumber for each number that would not be printed as it stands. */
export function parseExact(text: string): Json {
  return JSON.parse(text, (_key: string, value: unknown, context?: { source?: string }) =>
    typeof value === "number" && context?.source !== undefined && String(value) !== context.source
      ? new ExactNumber(context.source)
      : value,
  );
}
