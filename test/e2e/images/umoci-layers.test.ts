/**
 * repack, insert, raw add-layer and raw mtree-validate beside the real umoci: the same decision and the same bytes in the
 * layout, and bundles that either tool can go on with. SOURCE_DATE_EPOCH and --compress=none make both deterministic.
 */

import { beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { built } from "../../support/programs.ts";
import { haveUmoci, runBoth, runIn } from "../../support/umoci.ts";
import { workDirectory } from "../../support/work-directory.ts";

const ready = built("umoci") && haveUmoci();
if (!ready) console.warn("umoci is not there to compare with: not an amd64, or no Debian mirror");
const work = workDirectory();
const start = `${work}/start`;
const tree = `${work}/tree`;
const bundle = `${work}/bundle`;
const EPOCH = { SOURCE_DATE_EPOCH: "1700000000" };
const PLAIN = ["--compress", "none"];

/** A tree with everything that a layer can say. */
const TREE = `
mkdir -p d/e 'sp ace' "$(printf 'n%.0s' $(seq 120))"
echo hi >f; ln f g; chmod 4755 g; touch "$(printf 'd/\\377\\303\\251\\t\\n\\\\')"
ln -s 'f *?[#' d/ln; ln -s "$(printf 'x%.0s' $(seq 150))" long; mkfifo p; mknod c c 5 300; mknod b b 7 1
setfattr -n user.x -v 'a b' d; setfattr -n user.empty f; setfattr -n trusted.overlay.opaque -v y d
setfattr -n security.capability -v 0sAQAAAgAgAAAAAAAAAAAAAAAAAAA= g
chown 5:6 d; chown 3000000:70000 p; touch "$(printf 'n%.0s' $(seq 120))/é"
touch -d '1960-01-02 03:04:05.9' old; touch -d '2030-01-02 03:04:05.999999999' new; chmod 0 old`;

const CHANGES = `
echo new >x/new; rm -r x/d/e; ln x/f x/h; touch x/p; setfattr -n user.q -v 1 x/d; rm x/long
mkdir x/vol; touch x/vol/z; mkdir -p y/z; chmod 2777 'x/sp ace'; rm x/c; mkdir x/c; chown 1:1 x/b`;

function sh(dir: string, script: string): void {
  mkdirSync(dir, { recursive: true });
  const { exitCode, stderr } = Bun.spawnSync(["sh", "-ec", script], { cwd: dir });
  if (exitCode !== 0) throw new Error(stderr.toString());
}

function umoci(...words: string[]): void {
  const { code, stderr } = runIn(start, "umoci", words);
  if (code !== 0) throw new Error(stderr);
}

beforeAll(() => {
  if (!ready) return;
  sh(tree, TREE);
  mkdirSync(start);
  umoci("init", "--layout", "l");
  umoci("new", "--image", "l:a");
  umoci("config", "--image", "l:a", "--author", "me", "--config.volume", "/x/vol");
  umoci("insert", "--image", "l:a", tree, "/x");
  umoci("unpack", "--image", "l:a", bundle);
  sh(`${bundle}/rootfs`, CHANGES);
  sh(start, `tar cf layer.tar ${tree}/d`);
});

/** What umoci says of several steps before its last line is not said here. */
const lastLine = (text: string) => text.trimEnd().split("\n").at(-1) ?? "";

function same(words: string[], env: { [name: string]: string } = EPOCH): void {
  const { umoci, ours } = runBoth(work, start, [words], env);
  const [real, own] = [umoci[0]!, ours[0]!];
  expect(own.code, own.stderr).toBe(real.code);
  if (real.code === 0) expect(own.stderr).toBe(real.stderr);
  const names = (files: { [path: string]: string }) =>
    Object.keys(files).filter((path) => !path.includes("/.umoci"));
  expect(names(own.files)).toEqual(names(real.files));
  expect(own.files["l/index.json"]).toBe(real.files["l/index.json"]!);
}

const REPACK: string[][] = [
  [],
  ["--no-mask-volumes", "--history.author", "xx", "--history.comment", "yy", "--history.created_by", "me"],
  ["--mask-path", "/x/d", "--mask-path", "y"],
  ["--no-history"],
  ["--mask-path", "/", "--mask-path", "/x", "--mask-path", "/y"],
  ["--history.created", "2020-01-01T00:00:00.5Z"],
];

const INSERT: string[][] = [
  [tree, "/q"],
  ["--opaque", tree, "/q/r/../s"],
  ["--opaque=false", `${tree}/f`, "q"],
  ["--whiteout", "/a/b"],
  ["--whiteout", "--opaque", "/a/b"],
  [tree, "/"],
  [`${tree}/long`, "link"],
  ["--uid-map", "0:0:10", "--gid-map", "0:0:70001", `${tree}/d`, "/"],
  ["--rootless", `${tree}/d`, "/z"],
  ["--no-history", `${tree}/f`, "/z"],
  // Refused by both.
  ["--uid-map", "0:1:1", `${tree}/f`, "/z"],
  [`${tree}/f`],
  ["", "/z"],
  ["--whiteout", "a", "b"],
  ["--whiteout", "/a/.wh.b"],
  ["--compress", "bla", tree, "/q"],
  ["--history.created", "bla", `${tree}/f`, "/z"],
  ["--history.author", "bla", "--no-history", `${tree}/f`, "/z"],
  ["/nowhere/at/all", "/z"],
];

describe.skipIf(!ready)("the same bytes as umoci's", () => {
  test.each(REPACK.map((flags) => [flags.join(" "), flags] as const))(
    "repack %s",
    (_, flags) => {
      same(["repack", "--image", "l:b", ...PLAIN, ...flags, bundle]);
      same(["repack", "--image", "l:b", ...PLAIN, ...flags, bundle]);
    },
    30_000,
  );

  test.each(INSERT.map((words) => [words.join(" "), words] as const))("insert %s", (_, words) => {
    same(["insert", "--image", "l:a", "--tag", "b", ...PLAIN, ...words]);
  });

  test.each([
    [["layer.tar"]],
    [["--tag", "b", "layer.tar"]],
    [["nowhere.tar"]],
    [["l"]],
    [[""]],
    [["a", "b"]],
  ])("raw add-layer %p", (words) => {
    same(["raw", "add-layer", "--image", "l:a", ...PLAIN, ...words]);
  });

  test("a tree without a change makes only history", () => {
    const still = `${work}/still`;
    umoci("unpack", "--image", "l:a", still);
    same(["repack", "--image", "l:b", still]);
    same(["repack", "--image", "l:b", "--no-history", still]);
  });

  test("a file that could be a whiteout, and a socket, are refused", () => {
    const odd = `${work}/odd`;
    sh(odd, "mkdir a b; touch a/.wh.x");
    Bun.spawnSync(["python3", "-c", `import socket; socket.socket(socket.AF_UNIX).bind("${odd}/b/s")`]);
    for (const name of ["a", "b"])
      same(["insert", "--image", "l:a", "--tag", "b", ...PLAIN, `${odd}/${name}`, "/q"]);
  });

  test("mtree-validate tells the same paths, and fails as umoci does", () => {
    const manifest = readdirSync(bundle).find((name) => name.endsWith(".mtree"));
    const paths = (text: string) =>
      text
        .split("\n")
        .map((line) => /^"(?:[^"\\]|\\.)*"/.exec(line)?.[0])
        .sort();
    for (const flags of [[], ["-k", "size,uid"], ["--umoci-keywords"], ["-K", "sha1", "-k", "mode type"]]) {
      const words = [
        "raw",
        "mtree-validate",
        "-f",
        `${bundle}/${manifest}`,
        "-p",
        `${bundle}/rootfs`,
        ...flags,
      ];
      const [real, own] = [runIn(start, "umoci", words), runIn(start, "ours", words)];
      expect(own.code).toBe(real.code);
      expect(paths(own.stdout)).toEqual(paths(real.stdout));
      expect(lastLine(own.stderr)).toBe(lastLine(real.stderr));
    }
  });
});

/** The diff ids of a tag's image, by umoci. */
function diffIds(dir: string, image: string): string[] {
  const { stdout } = runIn(dir, "umoci", ["stat", "--json", "--image", image]);
  return JSON.parse(stdout).config.blob.rootfs.diff_ids;
}

describe.skipIf(!ready)("either tool goes on with the other's bundle", () => {
  test.each([
    ["umoci", "ours"],
    ["ours", "umoci"],
    ["ours", "ours"],
  ] as const)(
    "%s unpacks and refreshes, %s repacks",
    (first, second) => {
      const dir = `${work}/turns-${first}-${second}`;
      cpSync(start, dir, { recursive: true });
      const run = (which: "umoci" | "ours", ...words: string[]) => {
        const seen = runIn(dir, which, words, EPOCH);
        expect(seen.code, seen.stderr).toBe(0);
      };
      const b = `${dir}-b`;
      run(first, "unpack", "--image", "l:a", b);
      sh(`${dir}-b/rootfs`, "echo 1 >x/one; rm -r x/d");
      run(first, "repack", "--image", "l:one", "--refresh-bundle", b);
      sh(`${dir}-b/rootfs`, "echo 2 >x/one; echo 2 >x/two; ln x/two x/three");
      for (const which of ["umoci", "ours"] as const) run(which, "repack", "--image", `l:two-${which}`, b);
      expect(diffIds(dir, "l:two-ours")).toEqual(diffIds(dir, "l:two-umoci"));
      run(second, "repack", "--image", "l:three", "--refresh-bundle", b);
      run(first, "repack", "--image", "l:four", b);
      expect(diffIds(dir, "l:four")).toEqual(diffIds(dir, "l:three"));
      rmSync(dir, { recursive: true });
    },
    60_000,
  );
});

describe.skipIf(!ready)("compressed layers", () => {
  test.each(["gzip", "zstd"] as const)(
    "%s: of many blocks, as the tools and umoci read it",
    (how) => {
      const dir = `${work}/compressed-${how}`;
      cpSync(start, dir, { recursive: true });
      sh(dir, "seq 1 7000000 >numbers; tar cf big.tar numbers; : >empty");
      for (const archive of ["big.tar", "layer.tar", "empty"]) {
        const words = ["raw", "add-layer", "--image", "l:a", "--tag", archive, "--compress", how, archive];
        const { code, stderr } = runIn(dir, "ours", words);
        expect(code, stderr).toBe(0);
        const layer = JSON.parse(
          runIn(dir, "umoci", ["stat", "--json", "--image", `l:${archive}`]).stdout,
        ).manifest.blob.layers.at(-1);
        expect(layer.mediaType).toBe(`application/vnd.oci.image.layer.v1.tar+${how}`);
        sh(dir, `${how} -dc <l/blobs/sha256/${layer.digest.slice(7)} | cmp - ${archive}`);
      }
      expect(runIn(dir, "umoci", ["unpack", "--image", "l:big.tar", `${dir}-u`]).code).toBe(0);
      sh(dir, `cmp numbers ${dir}-u/rootfs/numbers`);
      rmSync(dir, { recursive: true });
    },
    120_000,
  );

  test("auto is as the last layer that is compressed, and the annotation tells the plain size", () => {
    const dir = `${work}/auto`;
    cpSync(start, dir, { recursive: true });
    const types = (which: "umoci" | "ours", tag: string) => {
      for (const how of [["--compress", "zstd"], ["--compress", "none"], []]) {
        const words = ["insert", "--image", `l:${tag}`, ...how, `${tree}/d`, "/z"];
        expect(runIn(dir, which, words, EPOCH).code).toBe(0);
      }
      const { layers } = JSON.parse(runIn(dir, "umoci", ["stat", "--json", "--image", `l:${tag}`]).stdout)
        .manifest.blob;
      return layers.map(({ mediaType, annotations }: { mediaType: string; annotations: unknown }) => [
        mediaType,
        annotations,
      ]);
    };
    for (const which of ["umoci", "ours"]) runIn(dir, "umoci", ["tag", "--image", "l:a", which]);
    expect(types("ours", "ours")).toEqual(types("umoci", "umoci"));
    writeFileSync(`${dir}/done`, "");
    rmSync(dir, { recursive: true });
  });
});
