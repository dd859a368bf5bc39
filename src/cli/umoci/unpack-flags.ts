/** Flags of the two commands that unpack, and what they ask for. */

import type { UnpackRequest } from "../../commands/image-unpack.ts";
import { Failure } from "../../spec/failure.ts";
import { mappingOf, REMAP } from "./flags.ts";
import type { Call, Flag, Given } from "./grammar.ts";
import { unpackProgress } from "./unpack-progress.ts";

export const UNPACK: readonly Flag[] = [
  { name: "keep-dirlinks", summary: "keep a link to a directory where a layer has a directory" },
  ...REMAP,
  {
    name: "max-size",
    value: "BYTES",
    own: true,
    summary: "fail when the files hold more; 4G is 4 times 2^30",
  },
  { name: "max-entries", value: "N", own: true, summary: "fail when the layers have more entries" },
  {
    name: "max-ratio",
    value: "N",
    own: true,
    summary: "fail when a layer is so many times larger than its blob",
  },
  { name: "no-devices", own: true, summary: "leave device nodes out" },
  { name: "strip-setuid", own: true, summary: "take set-user-ID and set-group-ID away from files" },
];

/** What a call asks for. Throws `Failure` `usage`. */
export function requestOf({ flags, image, platform, log, err }: Call): UnpackRequest & { done(): void } {
  const { show, clear } = unpackProgress(err);
  return {
    image,
    platform,
    map: mappingOf(flags),
    keepDirlinks: flags.on("keep-dirlinks"),
    limits: {
      maxSize: countOf(flags, "max-size"),
      maxEntries: countOf(flags, "max-entries"),
      maxRatio: countOf(flags, "max-ratio"),
      noDevices: flags.on("no-devices"),
      stripSetuid: flags.on("strip-setuid"),
    },
    stop: stopSignal(),
    warn: (message) => log("warn", message),
    progress: show,
    done: clear,
  };
}

const UNITS = ["", "K", "M", "G", "T"];

function countOf(flags: Given, name: string): number | undefined {
  if (!flags.has(name)) return undefined;
  const [, digits, unit = ""] = /^(\d{1,15})([KMGT]?)$/.exec(flags.text(name)) ?? [];
  const count = Number(digits) * 1024 ** UNITS.indexOf(unit);
  if (digits === undefined || (unit !== "" && name !== "max-size")) {
    throw new Failure("usage", `invalid --${name}: ${JSON.stringify(flags.text(name))} is not a number`);
  }
  return count;
}

/** An interruption ends the work between two files, so that what was made is taken away again. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}
