import type { PackedObject } from "./object.d.ts";

export const object: PackedObject;
