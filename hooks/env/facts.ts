/** What a container may be told of its host, each as the kernel or the system has it in a file. */

import { Failure } from "hookwright/hook";

type Read = (path: string) => string | null;

const READERS: { readonly [fact: string]: (read: Read) => string | undefined } = {
  hostname: (read) => line(read, "/proc/sys/kernel/hostname"),
  kernel: (read) => line(read, "/proc/sys/kernel/osrelease"),
  "machine-id": (read) => line(read, "/etc/machine-id"),
  "boot-id": (read) => line(read, "/proc/sys/kernel/random/boot_id"),
  processors: (read) => count(line(read, "/sys/devices/system/cpu/online")),
  memory: (read) => bytes(read("/proc/meminfo")),
};

export const FACTS = Object.keys(READERS);

/** Throws `Failure` `option_invalid` for another word, `no_value` for what this host does not tell. */
export function factOf(fact: string, read: Read): string {
  const reader = Object.hasOwn(READERS, fact) ? READERS[fact] : undefined;
  if (reader === undefined) {
    throw new Failure("option_invalid", `read the options of env: --host has no ${fact}`, {
      hint: `it has ${FACTS.join(", ")}`,
    });
  }
  const value = reader(read);
  if (value !== undefined && value !== "") return value;
  throw new Failure("no_value", `look for the host's ${fact}: this host does not tell it`);
}

function line(read: Read, path: string): string | undefined {
  return read(path)?.trim();
}

/** Of `0-3,8`: 5. */
function count(ranges: string | undefined): string | undefined {
  if (ranges === undefined || ranges === "") return undefined;
  const counts = ranges.split(",").map((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return last - first + 1;
  });
  return String(counts.reduce((sum, one) => sum + one, 0));
}

/** Of `MemTotal:  1024 kB`: 1048576. */
function bytes(meminfo: string | null): string | undefined {
  const kilobytes = /^MemTotal: +(\d+) kB$/m.exec(meminfo ?? "")?.[1];
  return kilobytes === undefined ? undefined : String(Number(kilobytes) * 1024);
}
