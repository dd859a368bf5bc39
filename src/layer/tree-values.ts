/**
 * A directory tree as values of mtree's keywords, those of other tools than umoci too: times with nanoseconds, and the
 * digests that hashes of the engine give.
 */

import { hexOf } from "../codec/hex.ts";
import { type TreeFile, type Values, valuesOf } from "../codec/mtree/file.ts";
import { read } from "../linux/read.ts";
import { attributesOf } from "./attributes.ts";
import { factsOf } from "./changes.ts";
import { hashContent, withContent } from "./file-content.ts";
import { type Place, walkTree } from "./tree-walk.ts";

const DIGESTS = {
  md5digest: "md5",
  ripemd160digest: "ripemd160",
  sha1digest: "sha1",
  sha384digest: "sha384",
  sha512digest: "sha512",
} as const;

/** By path. Only what one of the keywords asks for is read. Throws LinuxError. */
export function treeValues(root: number, keywords: ReadonlySet<string>): Map<string, Values> {
  const found = new Map<string, Values>();
  walkTree(root, {
    leave(place) {
      found.set(place.path, valuesAt(place, keywords));
    },
  });
  return found;
}

function valuesAt(place: Place, keywords: ReadonlySet<string>): Values {
  const facts = factsOf(place);
  const regular = facts.type === "file";
  const attributes = keywords.has("xattr") && (regular || facts.type === "dir");
  const file: TreeFile = {
    ...facts,
    ...(attributes && { xattrs: attributesOf(place) }),
    ...(regular && keywords.has("sha256digest") && { sha256: hexOf(hashContent(place)) }),
  };
  const values = valuesOf(file);
  if (keywords.has("time")) {
    const { mtimeSeconds, mtimeNanoseconds } = place.stat;
    values.delete("tar_time");
    values.set("time", `${mtimeSeconds}.${String(mtimeNanoseconds).padStart(9, "0")}`);
  }
  if (!regular) return values;
  for (const [keyword, algorithm] of Object.entries(DIGESTS)) {
    if (keywords.has(keyword)) values.set(keyword, digestOf(place, algorithm));
  }
  return values;
}

function digestOf(place: Place, algorithm: (typeof DIGESTS)[keyof typeof DIGESTS]): string {
  return withContent(place, (fd) => {
    const hash = new Bun.CryptoHasher(algorithm);
    const piece = new Uint8Array(64 * 1024);
    for (let count = read(fd, piece); count > 0; count = read(fd, piece))
      hash.update(piece.subarray(0, count));
    return hash.digest("hex");
  });
}
