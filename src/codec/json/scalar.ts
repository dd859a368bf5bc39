/**
 * How a new scalar is printed. Numbers are where JavaScript and the readers of OCI configurations part: they take 64-bit
 * integers, it rounds beyond 2^53, so a number that may have been rounded is refused rather than written wrong.
 */

import { Failure } from "../../spec/failure.ts";
import { escapeHtml, type Style } from "./style.ts";

/** RLIM_INFINITY: as a JavaScript number it is 2^64, and 2^64 itself means nothing to any OCI field. */
const UINT64_MAX = { value: 2 ** 64, text: "18446744073709551615" };

/** JSON text of a scalar in a style; `file` is for the message of the `Failure` `json_number`. */
export function printScalar(value: unknown, style: Style, file: string): string {
  if (typeof value === "string") return printString(value, style);
  if (typeof value !== "number") return JSON.stringify(value ?? null);
  if (value === UINT64_MAX.value) return UINT64_MAX.text;
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw new Failure("json_number", `write ${file}: the number ${value} cannot be written exactly`, {
      hint: "Use an integer between -(2^53 - 1) and 2^53 - 1.",
    });
  }
  return JSON.stringify(value);
}

export function printString(value: string, style: Style): string {
  const text = JSON.stringify(value);
  return style.html ? escapeHtml(text) : text;
}
