/** What was asked for, as bits, and the programs that are attached only while somebody asks for what they see. */

import { openPinned } from "../linux/bpf.ts";
import { close } from "../linux/descriptor.ts";
import { failedWith } from "../linux/error.ts";
import { unlinkIfThere } from "../linux/link.ts";
import { exists } from "../linux/stat.ts";
import { Failure } from "../spec/failure.ts";
import type { RecordOptions } from "../spec/recording.ts";
import { OPTION } from "./layout.ts";
import { attach } from "./load.ts";
import type { RecorderPlace } from "./place.ts";

type OptionName = keyof typeof OPTION;

const NAMES = /* @__PURE__ */ Object.keys(OPTION) as OptionName[];

const PROGRAMS = [
  { program: "leave", for: OPTION.refused | OPTION.files },
  { program: "signal", for: OPTION.refused },
  { program: "capable", for: OPTION.capabilities, tracepoint: "cap_capable" },
] as const;

/** As a slot has them. */
export function optionBits(options: RecordOptions): number {
  let bits = 0;
  for (const name of NAMES) if (options[name]) bits |= OPTION[name];
  return bits;
}

/** Attaches what `options` need and is not attached yet. Throws `recorder_no_capabilities` on kernels before 6.14. */
export function attachFor(place: RecorderPlace, options: number): void {
  for (const one of PROGRAMS) {
    const link = `${place.pins}/link-${one.program}`;
    if ((options & one.for) === 0 || exists(link)) continue;
    const program = openPinned(`${place.pins}/${one.program}`);
    try {
      attach(program, link, "tracepoint" in one ? one.tracepoint : undefined);
    } catch (error) {
      if (!("tracepoint" in one) || !failedWith(error, "ENOENT")) throw error;
      throw new Failure(
        "recorder_no_capabilities",
        `record capabilities: this kernel has no tracepoint ${one.tracepoint}`,
        { hint: "record without capabilities, or use Linux 6.14 or later", cause: error },
      );
    } finally {
      close(program);
    }
  }
}

/** Detaches what nobody among those that are left, whose options are or-ed in `options`, asked for. */
export function detachUnless(place: RecorderPlace, before: number, options: number): void {
  for (const one of PROGRAMS)
    if ((before & one.for) !== 0 && (options & one.for) === 0)
      unlinkIfThere(`${place.pins}/link-${one.program}`);
}
