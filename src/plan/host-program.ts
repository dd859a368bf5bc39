/** Which file becomes the guard: the host program that is installed beside the one that runs, or the one that is named. */

import { readFileSync } from "node:fs";
import { checkTrusted } from "../linux/trust.ts";
import { Failure } from "../spec/failure.ts";
import { firstThere, placesOf } from "./installed.ts";
import { programOf } from "./program.ts";

const NAME = "hookwright-host";

/** Where it may lie when nobody says where. */
export function hostPlaces(): string[] {
  return placesOf(NAME, `../libexec/hookwright/${NAME}`);
}

/**
 * Bytes of the host program: of `path`, else of HOOKWRIGHT_HOST, else of the file of that name beside the running
 * executable, or where `make install` puts it. Throws `Failure` `host_missing` or `host_untrusted`.
 */
export function hostProgram(path: string | undefined): Uint8Array {
  const named = path ?? process.env.HOOKWRIGHT_HOST;
  const places = named === undefined ? hostPlaces() : [named];
  const real = firstThere(places);
  if (real === undefined) {
    throw new Failure("host_missing", `find the guard: ${places[0]} does not exist`, {
      hint: `install ${NAME} beside hookwright, or say where it is with --host or HOOKWRIGHT_HOST`,
    });
  }
  const trust = checkTrusted(real);
  if (!trust.ok) {
    throw new Failure("host_untrusted", `find the guard: ${trust.message}`, {
      hint: "install it where only root can change it; every hook runs through it",
    });
  }
  const bytes = readFileSync(real);
  const { kind } = programOf(bytes);
  if (kind !== "static") {
    throw new Failure("host_untrusted", `find the guard: ${real} is not a statically linked executable`, {
      hint: "a guard with libraries could be taken over by an image's LD_PRELOAD; build it with make build",
    });
  }
  return bytes;
}
