/**
 * The store: files named by the SHA-256 of their content, which nobody changes once they are there. What a plan needs is
 * put here before the plan exists, so a plan in force never names a file that is missing.
 */

import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { close } from "../linux/descriptor.ts";
import { setImmutable } from "../linux/inode.ts";
import { O, open } from "../linux/open.ts";
import { replaceFile } from "../linux/replace.ts";
import { type Hex, isHex } from "../spec/plan.ts";
import type { Roots } from "../spec/roots.ts";

/** Programs may be executed, data may not. */
export type StoredAs = "program" | "data";

const MODE = { program: 0o555, data: 0o444 } as const;

export function digestOf(bytes: Uint8Array | string): Hex {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Puts `bytes` in the store and returns their digest; what is there already and sound is left as it is. The file is on
 * the disk when this returns, its name when the directory has been synced. Throws LinuxError.
 */
export function putInStore({ store }: Roots, bytes: Uint8Array | string, as: StoredAs): Hex {
  const digest = digestOf(bytes);
  const path = `${store}/${digest}`;
  if (isSound(path, digest, MODE[as])) return digest;
  removeFromStore(path);
  replaceFile(path, bytes, { mode: MODE[as], sync: true });
  freeze(path, true);
  return digest;
}

/** Whether a file of the store is what its name says, with the mode it was given; a missing one is not. */
export function isSound(path: string, digest: Hex, mode?: number): boolean {
  try {
    const stat = lstatSync(path);
    if (!stat.isFile() || (stat.mode & 0o222) !== 0) return false;
    if (mode !== undefined && (stat.mode & 0o7777) !== mode) return false;
    return digestOf(readFileSync(path)) === digest;
  } catch {
    return false;
  }
}

/** Digests of all files of the store; other names in the directory are left out. */
export function storedDigests({ store }: Roots): Hex[] {
  try {
    return readdirSync(store).filter((name) => isHex(name));
  } catch {
    return [];
  }
}

/** Takes the immutable flag off and removes the file, if it is there. */
export function removeFromStore(path: string): void {
  freeze(path, false);
  rmSync(path, { recursive: true, force: true });
}

/** `chattr +i` or `-i`, as far as the file system and our capabilities go. */
function freeze(path: string, on: boolean): void {
  let fd: number;
  try {
    fd = open(path, O.RDONLY | O.NOFOLLOW | O.NONBLOCK);
  } catch {
    return; // not there, or not ours to open: what follows says why
  }
  try {
    setImmutable(fd, on);
  } finally {
    close(fd);
  }
}
