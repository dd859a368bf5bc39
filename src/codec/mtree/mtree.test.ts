import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { byteString } from "../byte-string.ts";
import { compareTrees, deltaText } from "./compare.ts";
import { type FileType, KEYWORDS, type TreeFile, type Values, valuesOf } from "./file.ts";
import { keywordsOf, readManifest, valuesOfLine } from "./read.ts";
import { unvis, vis } from "./vis.ts";
import { writeManifest } from "./write.ts";

const HEAD = { user: "root", machine: "vm", tree: "b/rootfs", date: "Tue Nov 24 23:07:57 2026" };
const ALL = new Set<string>(KEYWORDS);

const FILE = {
  type: "file",
  size: 1,
  mode: 0o644,
  uid: 0,
  gid: 0,
  nlink: 1,
  mtime: 5,
  sha256: "aa",
} as const;
const DIRECTORY = { type: "dir", size: 40, mode: 0o755, uid: 0, gid: 0, nlink: 2, mtime: 0 } as const;

function textOf(root: TreeFile): string {
  const pieces: string[] = [];
  writeManifest(root, HEAD, (piece) => pieces.push(byteString(piece)));
  return pieces.join("");
}

/** Every path of the tree with its values, made without writing or reading a manifest. */
function flat(root: TreeFile, path: string = root.name): Map<string, Values> {
  const all = new Map([[path, valuesOf(root)]]);
  for (const child of root.children ?? []) {
    for (const [name, values] of flat(child, path === "." ? child.name : `${path}/${child.name}`)) {
      all.set(name, values);
    }
  }
  return all;
}

const readValues = (text: string) =>
  new Map([...readManifest(text)].map(([path, line]) => [path, valuesOfLine(line)]));
const sorted = (values: Values | undefined) => [...(values ?? [])].sort();

test("a manifest as umoci 0.4.7 wrote it for this tree", () => {
  const d: TreeFile = {
    ...DIRECTORY,
    name: "d",
    uid: 5,
    gid: 6,
    size: 4096,
    nlink: 3,
    xattrs: [{ name: "user.x", value: new TextEncoder().encode("a b") }],
    children: [
      { ...DIRECTORY, name: "e", size: 4096 },
      { ...FILE, name: "\xff\xc3\xa9\t\n\\" },
      { ...FILE, name: "ln", type: "link", size: 6, mode: 0o777, link: "f *?[#", sha256: undefined },
    ],
  };
  const p: TreeFile = { ...FILE, name: "p", type: "fifo", sha256: undefined, size: 0 };
  const g: TreeFile = { ...FILE, name: "g", mode: 0o4755, nlink: 2 };
  const text = textOf({ ...DIRECTORY, name: ".", size: 4096, nlink: 3, children: [d, p, g] });
  expect(text).toBe(`#          user: root
#       machine: vm
#          tree: b/rootfs
#          date: Tue Nov 24 23:07:57 2026
#      keywords: size,type,uid,gid,mode,link,nlink,tar_time,sha256digest,xattr

# .
/set type=file nlink=1 mode=0664 uid=0 gid=0
. size=4096 type=dir mode=0755 nlink=3 tar_time=0.000000000
    g size=1 mode=04755 nlink=2 tar_time=5.000000000 sha256digest=aa
    p size=0 type=fifo mode=0644 tar_time=5.000000000

# d
/set type=file nlink=1 mode=0664 uid=5 gid=6
d size=4096 type=dir mode=0755 nlink=3 tar_time=0.000000000 xattr.user.x=YSBi
    ln size=6 type=link uid=0 gid=0 mode=0777 link=f\\040\\052\\077\\133\\043 tar_time=5.000000000
    \\377\\303\\251\\011\\012\\\\ size=1 uid=0 gid=0 mode=0644 tar_time=5.000000000 sha256digest=aa

# d/e
/set type=file nlink=1 mode=0664 uid=0 gid=0
e size=4096 type=dir mode=0755 nlink=2 tar_time=0.000000000
..
..
..
`);
});

describe("vis", () => {
  const bytes = fc.uint8Array({ maxLength: 20 }).map(byteString);

  test("any bytes come back, from ASCII without blanks and wildcards", () => {
    fc.assert(
      fc.property(bytes, (name) => {
        expect(vis(name)).toMatch(/^[!-~]*$/);
        expect(vis(name)).not.toMatch(/[*?[#]/);
        expect(unvis(vis(name))).toBe(name);
      }),
    );
  });

  test("the other styles are read", () => {
    expect(unvis("a\\sb\\n\\x41\\^A\\^?\\M-a\\M^A\\7\\\\")).toBe("a b\nA\x01\x7f\xe1\x81\x07\\");
    for (const wrong of ["\\", "\\q", "\\400", "\\x4", "\\M", "\\Mx", "\\^"])
      expect(unvis(wrong)).toBeUndefined();
  });
});

const name = fc
  .uint8Array({ minLength: 1, maxLength: 6 })
  .map((bytes) => byteString(bytes).replace(/[\0/]/g, "_"))
  .filter((text) => text !== "." && text !== "..");
const number = fc.nat({ max: 2 ** 31 });
const facts = fc.record({
  size: fc.maxSafeNat(),
  mode: fc.nat({ max: 0o7777 }),
  uid: number,
  gid: number,
  nlink: number,
  mtime: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
});
const xattrs = fc.uniqueArray(
  fc.record({ name: name.map((text) => `user.${text}`), value: fc.uint8Array({ maxLength: 8 }) }),
  { selector: (one) => one.name, maxLength: 2 },
);
const leaf: fc.Arbitrary<TreeFile> = fc
  .oneof(
    fc.record({
      name,
      facts,
      xattrs,
      type: fc.constant<FileType>("file"),
      sha256: fc.constant("a".repeat(64)),
    }),
    fc.record({ name, facts, type: fc.constant<FileType>("link"), link: name }),
    fc.record({ name, facts, type: fc.constantFrom<FileType>("fifo", "char", "block", "socket") }),
  )
  .map(({ facts, ...rest }) => ({ ...rest, ...facts }));
const { tree } = fc.letrec<{ tree: TreeFile; children: TreeFile[] }>((tie) => ({
  children: fc.uniqueArray(fc.oneof({ maxDepth: 3 }, leaf, tie("tree")), {
    selector: (f) => f.name,
    maxLength: 5,
  }),
  tree: fc
    .record({ name, facts, xattrs, children: tie("children") })
    .map(({ facts, ...rest }) => ({ ...rest, ...facts, type: "dir" as const })),
}));

test("a tree comes back from its manifest, whatever its names are", () => {
  fc.assert(
    fc.property(tree, (drawn) => {
      const root = { ...drawn, name: "." };
      const entries = readValues(textOf(root));
      const expected = flat(root);
      expect([...entries.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [path, values] of expected) expect(sorted(entries.get(path))).toEqual(sorted(values));
      expect(compareTrees(entries, expected, ALL)).toEqual([]);
    }),
  );
});

describe("reading other manifests", () => {
  test("full paths, /unset, continued lines, synonyms, dots", () => {
    const text =
      "#mtree v2.0\n/set uid=1\n. type=dir\n\ta size=1 \\\n sha256=ff\n..\n./b//c/../d uid=2\n/unset\nx/y size=3";
    const entries = readValues(text);
    expect(
      Object.fromEntries([...entries].map(([path, values]) => [path, Object.fromEntries(values)])),
    ).toEqual({
      ".": { type: "dir", uid: "1" },
      a: { size: "1", sha256digest: "ff", uid: "1" },
      "b/d": { uid: "2" },
      "x/y": { size: "3" },
    });
    expect([...keywordsOf(readManifest(text))].sort()).toEqual(["sha256digest", "size", "type", "uid"]);
  });

  test("a name that is not vis(3) is refused, with its line", () => {
    expect(() => readManifest(". type=dir\n  a\\q size=1\n")).toThrow(
      'parse mtree: line 2: cannot decode the name "a\\\\q"',
    );
  });
});

describe("compare", () => {
  const values = (more: { [keyword: string]: string }): Values =>
    new Map(Object.entries({ type: "file", ...more }));
  const one = (old: Values, now: Values, keywords = ALL) =>
    compareTrees(new Map([["a", old]]), new Map([["a", now]]), keywords).map(deltaText);

  test("missing, extra and modified paths, in the order of their bytes", () => {
    const old = new Map([
      ["b", values({ size: "1" })],
      ["c", values({})],
    ]);
    const now = new Map([
      ["b", values({ size: "2" })],
      ["\xff\n", values({})],
      ["a", values({})],
    ]);
    expect(compareTrees(old, now, ALL).map(deltaText)).toEqual([
      '"a": unexpected path',
      '"b": keyword "size": expected 1; got 2',
      '"c": missing path',
      '"\\xff\\n": unexpected path',
    ]);
  });

  test("a keyword that only one side has differs, if it is one of those to compare", () => {
    const attribute = { "xattr.user.a": "YQ==" };
    expect(one(values({}), values(attribute))).toEqual(['"a": keyword "xattr.user.a": expected ; got YQ==']);
    expect(one(values(attribute), values({}))).toEqual(['"a": keyword "xattr.user.a": expected YQ==; got ']);
    expect(one(values({ ...attribute, sha1digest: "x" }), values({}), new Set(["size"]))).toEqual([]);
    expect(one(values({}), values({ tar_time: "1.000000000" }))).toHaveLength(1);
    expect(one(values({ size: "1" }), values({}))).toEqual(['"a": keyword "size": expected 1; got ']);
  });

  test("time and tar_time are one, to the second", () => {
    const whole = { tar_time: "7.000000000" };
    expect(one(values({ time: "7.123456789" }), values(whole))).toEqual([]);
    expect(one(values(whole), values({ time: "7.900000000" }), new Set(["time"]))).toEqual([]);
    expect(one(values({ time: "8.123456789" }), values(whole))).toEqual([
      '"a": keyword "tar_time": expected 8.000000000; got 7.000000000',
    ]);
    expect(one(values(whole), values({ time: "8.1" }))).toHaveLength(1);
  });
});
