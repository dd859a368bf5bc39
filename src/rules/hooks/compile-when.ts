/** From a definition's `when` to the compiled conditions of a plan; runs when a plan is made. */

import type { When } from "../../spec/definition.ts";
import type { CompiledWhen } from "../../spec/plan.ts";
import { compileImage } from "./compile-image.ts";
import { compilePattern } from "./pattern.ts";

/**
 * Compiles every pattern. Throws the Failure `pattern_invalid`; its message names the condition. The
 * value patterns of a 0.1.0 file become one, joined by `|`: that is how upstream reads them, so an empty list matches
 * any annotation, and a flag such as (?i) in one also holds in those after it.
 */
export function compileWhen(when: When): CompiledWhen {
  const compiled: CompiledWhen = {};
  if (when.always !== undefined) compiled.always = when.always;
  if (when.hasBindMounts !== undefined) compiled.hasBindMounts = when.hasBindMounts;
  if (when.anyOf !== undefined) compiled.anyOf = when.anyOf;
  if (when.namespaces !== undefined) compiled.namespaces = [...when.namespaces];
  if (when.images !== undefined) compiled.images = when.images.map(compileImage);
  if (when.sandbox === true) compiled.sandbox = true;
  if (when.annotations !== undefined) {
    compiled.annotations = Object.entries(when.annotations).map(([key, value]) => ({
      key: compilePattern(key, "annotation key"),
      value: compilePattern(value, "annotation value"),
      source: [key, value],
    }));
  }
  if (when.annotationValues !== undefined) {
    const source = when.annotationValues.join("|");
    compiled.annotationValues = [{ matcher: compilePattern(source, "annotation value"), source }];
  }
  if (when.commands !== undefined) {
    compiled.commands = when.commands.map((source) => ({
      matcher: compilePattern(source, "command"),
      source,
    }));
  }
  return compiled;
}
