/** Which file becomes the guard: the host program that was built or installed with the one that runs, or the one that is named. */

import { existsSync, readFileSync, realpathSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { checkTrusted } from "../linux/trust.ts";
import { Failure } from "../spec/failure.ts";
import { programOf } from "./program.ts";

const NAME = "hookwright-host";

/** From the running executable's directory: as built, and as `make install` lays it out. */
const PLACES = [NAME, `../libexec/hookwright/${NAME}`];

/** Where it is, or would be: what is named, HOOKWRIGHT_HOST, or the one that belongs to the running executable. */
export function findHost(path: string | undefined): string {
  const named = path ?? process.env.HOOKWRIGHT_HOST;
  const candidates = PLACES.map((place) => resolve(dirname(process.execPath), place));
  return named ?? candidates.find((one) => existsSync(one)) ?? candidates.join(" or ");
}

/**
 * Bytes of the host program: of `path`, else of HOOKWRIGHT_HOST, else of the one that belongs to the running executable.
 * Throws `Failure` `host_missing` or `host_untrusted`.
 */
export function hostProgram(path: string | undefined): Uint8Array {
  const file = findHost(path);
  let real: string;
  try {
    real = realpathSync(file);
  } catch {
    throw new Failure("host_missing", `find the guard: ${file} does not exist`, {
      hint: `install ${NAME} with hookwright, or say where it is with --host or HOOKWRIGHT_HOST`,
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
