/** Resource limits of a process. */

import { check } from "./error.ts";
import { getU64, scratchAddress, scratchView, setU64 } from "./memory.ts";
import { nr, syscall } from "./primitive.ts";

/** Numbers of x86_64 and aarch64 alike. */
export const LIMIT = {
  CPU: 0,
  FSIZE: 1,
  DATA: 2,
  STACK: 3,
  CORE: 4,
  RSS: 5,
  NPROC: 6,
  NOFILE: 7,
  MEMLOCK: 8,
  AS: 9,
} as const;

/** `Infinity` means no limit. */
export interface Limit {
  readonly soft: number;
  readonly hard: number;
}

const UNLIMITED = 0xffff_ffff;

/** The limit of `pid` (0: the caller). */
export function getLimit(resource: number, pid = 0): Limit {
  check(syscall(nr.prlimit64, pid, resource, 0, scratchAddress()), "prlimit64");
  return { soft: limitAt(0), hard: limitAt(8) };
}

/** Sets the limit of `pid` (0: the caller). A higher hard limit needs CAP_SYS_RESOURCE. */
export function setLimit(resource: number, limit: Limit, pid = 0): void {
  putLimit(0, limit.soft);
  putLimit(8, limit.hard);
  check(syscall(nr.prlimit64, pid, resource, scratchAddress(), 0), "prlimit64");
}

function limitAt(offset: number): number {
  const high = scratchView.getUint32(offset + 4, true);
  return high === UNLIMITED && scratchView.getUint32(offset, true) === UNLIMITED
    ? Number.POSITIVE_INFINITY
    : getU64(scratchView, offset);
}

function putLimit(offset: number, value: number): void {
  setU64(scratchView, offset, value === Number.POSITIVE_INFINITY ? -1 : value);
}
