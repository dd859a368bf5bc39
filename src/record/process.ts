/** Which process a pid meant when it was noted: the time of its start tells it from a later one of the same number. */

import { LinuxError } from "../linux/error.ts";
import { readTextIfThere } from "../linux/read.ts";

const LIMIT = 4096;

/** When the process began, in clock ticks since boot (the low 32 bits); null when there is none, or only its exit status is left. */
export function startOf(pid: number): number | null {
  let text: string | null;
  try {
    text = readTextIfThere(`/proc/${pid}/stat`, LIMIT);
  } catch (error) {
    // ESRCH: it ended between open and read.
    if (error instanceof LinuxError) return null;
    throw error;
  }
  if (text === null) return null;
  // The name, in brackets, may hold anything. State is field 3, the start is field 22.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return null;
  return Number(fields[19]) >>> 0;
}
