/** Errno values by number, which all read, and by name, which only Podman reads; Docker would answer EPERM instead. */

import type { SeccompProfile, SeccompRule } from "../../spec/seccomp.ts";
import { errnoName, errnoNumber } from "./actions-errno.ts";

/** Names become numbers. */
export function withErrnoNumbers(profile: SeccompProfile): SeccompProfile {
  const { defaultErrno, ...rest } = profile;
  const number = errnoNumber(defaultErrno);
  return {
    ...rest,
    ...(number === undefined ? {} : { defaultErrnoRet: number }),
    syscalls: (profile.syscalls ?? []).map(({ errno, ...rule }): SeccompRule => {
      const own = errnoNumber(errno);
      return own === undefined ? rule : { ...rule, errnoRet: own };
    }),
  };
}

/** Numbers get their names beside them, as in Podman's own profile. A name that is there wins, as it does there. */
export function withErrnoNames(profile: SeccompProfile): SeccompProfile {
  const numbers = withErrnoNumbers(profile);
  const name = named(numbers.defaultErrnoRet);
  return {
    ...numbers,
    ...(name === undefined ? {} : { defaultErrno: name }),
    syscalls: (numbers.syscalls ?? []).map((rule) => {
      const own = named(rule.errnoRet);
      return own === undefined ? rule : { ...rule, errno: own };
    }),
  };
}

function named(number: number | undefined): string | undefined {
  return number === undefined ? undefined : errnoName(number);
}
