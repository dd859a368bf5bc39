import type { KernelObject } from "./object.d.ts";

export const object: KernelObject;
