/** `doctor`: the machine and the installation are examined; nothing is changed. What it finds is the result, not a failure. */

import { type Examination, examine } from "../doctor/doctor.ts";
import type { Roots } from "../spec/roots.ts";

export interface DoctorOptions {
  readonly env: { readonly [name: string]: string | undefined };
  /** The host program that `apply` would take. */
  readonly host?: string;
}

export async function doctor(roots: Roots, options: DoctorOptions): Promise<Examination> {
  return examine(roots, { ...options, now: Date.now() });
}
