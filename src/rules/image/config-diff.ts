/** How the configurations of two images differ, field by field. Layers and history are told by their files. */

import type { ImageConfig } from "../../spec/image.ts";

export interface FieldDifference {
  /** Such as `author` or `config.Env`. */
  readonly field: string;
  /** Null where that side does not have it. */
  readonly from: unknown;
  readonly to: unknown;
}

const TOLD_OTHERWISE = ["rootfs", "history", "created"];

export function differingFields(from: ImageConfig, to: ImageConfig): FieldDifference[] {
  const [a, b] = [fieldsOf(from), fieldsOf(to)];
  return [...new Set([...a.keys(), ...b.keys()])].sort().flatMap((field) => {
    const [one, other] = [a.get(field) ?? null, b.get(field) ?? null];
    return canonical(one) === canonical(other) ? [] : [{ field, from: one, to: other }];
  });
}

function fieldsOf({ config = {}, ...rest }: ImageConfig): Map<string, unknown> {
  const top = Object.entries(rest).filter(([name]) => !TOLD_OTHERWISE.includes(name));
  return new Map([
    ...top,
    ...Object.entries(config).map(([name, value]) => [`config.${name}`, value] as const),
  ]);
}

/** JSON in which the order of an object's keys does not show. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
