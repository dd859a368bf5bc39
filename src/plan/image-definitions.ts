/**
 * Definitions that come from an image: `source: { image: oci:PATH:TAG }` in a definition stands for all that the image
 * carries, under the conditions that the host's own file gives. The programs come along; nothing is looked up by path.
 */

import { parseLocation } from "../codec/image/location.ts";
import { type CarriedHooks, carriedProgram } from "../media/image-hooks.ts";
import { endOf } from "../media/layout/walk.ts";
import { type Layout, withLayout } from "../media/layout.ts";
import type { Definition } from "../spec/definition.ts";
import { Failure } from "../spec/failure.ts";
import type { Configuration } from "./configuration.ts";
import { trustedHooks } from "./image-trust.ts";
import { type ReadDefinition, readDefinition } from "./read-definition.ts";

/** The definitions that a file stands for: itself, unless it has a source. Throws the `Failure`s of `trustedHooks`. */
export function withSource(read: ReadDefinition, configuration: Configuration): ReadDefinition[] {
  const { definition, report } = read;
  if (definition?.source === undefined || report.failed) return [read];
  const { name, file, when, source } = definition;
  const location = parseLocation(source.image);
  if (location.kind !== "oci") throw new Error(`${source.image} has passed the schema`);
  return withLayout(location.path, (layout) => {
    const image = endOf(layout.resolve(location.tag ?? "latest"));
    const carried = trustedHooks(layout, image, configuration, source.image);
    return definitionsOf(layout, carried, source.image).map((one) => {
      if (one.definition === undefined) return one;
      const own: Definition = { ...one.definition, name: `${name}.${one.definition.name}`, file, when };
      return { ...one, file, definition: own };
    });
  });
}

/** The definitions of artifacts that were found to be trusted; problems are in their reports. Throws `Failure` `hooks_invalid`. */
export function definitionsOf(
  layout: Layout,
  carried: readonly CarriedHooks[],
  what: string,
): ReadDefinition[] {
  return carried.flatMap((hooks) =>
    hooks.definitions.map(({ name, text }) => {
      const read = readDefinition(`${what}/${name}`, text, "apply");
      const { hook, guard, source } = read.definition ?? {};
      if (source !== undefined) {
        throw new Failure(
          "hooks_invalid",
          `read the hooks ${hooks.digest}: ${name} takes its own from an image`,
          {
            hint: "make them again from definitions with programs of their own",
          },
        );
      }
      if (hook === undefined) return read;
      return { ...read, program: carriedProgram(layout, hooks, guard?.digest ?? "") };
    }),
  );
}
