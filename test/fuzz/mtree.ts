/**
 * The manifest reader against mutated manifests. What must hold: it answers or refuses with a Failure; what it answers,
 * compared with itself, has no difference; and its paths are clean.
 */

import { compareTrees, deltaText } from "../../src/codec/mtree/compare.ts";
import { KEYWORDS } from "../../src/codec/mtree/file.ts";
import { readManifest, valuesOfLine } from "../../src/codec/mtree/read.ts";
import { Failure } from "../../src/spec/failure.ts";
import { mutate, randomFrom } from "./json-mutate.ts";
import type { FuzzTarget } from "./run.ts";

const SEEDS = [
  `#          user: root
#      keywords: size,type

# .
/set type=file nlink=1 mode=0664 uid=0 gid=0
. size=4096 type=dir mode=0755 nlink=3 tar_time=0.000000000
    g size=1 mode=04755 nlink=2 tar_time=5.000000000 sha256digest=aa
    ln size=6 type=link uid=0 gid=0 mode=0777 link=f\\040\\052 tar_time=5.000000000

# d
/set type=file nlink=1 mode=0664 uid=5 gid=6
d size=4096 type=dir mode=0755 nlink=3 tar_time=0.000000000 xattr.user.x=YSBi
    \\377\\303 size=1 uid=0 time=5.123456789
..
..
`,
  "#mtree v2.0\n./a/../b//c size=1 \\\n sha256=ff\n/unset\nx type=dir\n..\n..\n\\M-a\\^A\\x41 md5=1\n",
];

const KEYS = new Set<string>(KEYWORDS);

export const mtree: FuzzTarget = {
  name: "mtree",
  run(seed, executions) {
    const random = randomFrom(seed);
    for (let i = 0; i < executions; i++) {
      const text = mutate(random.pick(SEEDS), random);
      try {
        check(text);
      } catch (error) {
        throw new Error(`seed ${seed}, execution ${i}, input ${JSON.stringify(text)}`, { cause: error });
      }
    }
  },
};

function check(text: string): void {
  let manifest: ReturnType<typeof readManifest>;
  try {
    manifest = readManifest(text);
  } catch (error) {
    if (error instanceof Failure) return;
    throw error;
  }
  for (const path of manifest.keys()) {
    if (path !== "." && path !== "/" && !isClean(path)) throw new Error(`path ${path}`);
  }
  const entries = new Map([...manifest].map(([path, line]) => [path, valuesOfLine(line)]));
  const same = compareTrees(entries, entries, KEYS);
  if (same.length > 0) throw new Error(same.map(deltaText).join(", "));
}

/** `..` only at the start, and nothing that could be left out. */
function isClean(path: string): boolean {
  const parts = path.replace(/^\//, "").split("/");
  const deepest = parts.findIndex((part) => part !== "..");
  return parts.every(
    (part, at) => part !== "" && part !== "." && (part !== ".." || at < deepest || deepest < 0),
  );
}
