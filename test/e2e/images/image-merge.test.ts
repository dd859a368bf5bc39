/**
 * flatten, squash and diff, held against unpack: what they make of layers in memory is what unpacking makes of them on a
 * disk, by the manifest of the bundle.
 */

import { beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { type TreeFile, valuesOf } from "../../../src/codec/mtree/file.ts";
import { primitive } from "../../../src/host/bun.ts";
import { describeTree } from "../../../src/layer/changes.ts";
import { close } from "../../../src/linux/descriptor.ts";
import { O, open } from "../../../src/linux/open.ts";
import { bind } from "../../../src/linux/primitive.ts";
import { built, program } from "../../support/programs.ts";
import { workDirectory } from "../../support/work-directory.ts";

bind(primitive);

const ready = built("umoci");
const work = workDirectory();

function run(words: readonly string[], code = 0): string {
  const done = Bun.spawnSync([program("hookwright"), "image", ...words], { cwd: work });
  expect(done.exitCode, done.stderr.toString()).toBe(code);
  return done.stdout.toString();
}

function sh(script: string): void {
  const { exitCode, stderr } = Bun.spawnSync(["sh", "-ec", script], { cwd: work });
  if (exitCode !== 0) throw new Error(stderr.toString());
}

/** Layers that replace, remove, hide and link what lower ones have. */
const STEPS = [
  `mkdir -p etc usr/lib opt/a/b gone/x; echo 1 >etc/one; echo 2 >etc/two; ln etc/one etc/three; ln -s usr/lib lib
   echo b >opt/a/b/f; echo x >gone/x/y; mkfifo pipe; mknod null c 1 3; chmod 4711 etc/two; touch -d @5 etc/one
   setfattr -n user.a -v b etc; truncate -s 3000000 usr/lib/sparse; chown 7:8 opt/a; ln -s a.txt dangling`,
  `echo changed >etc/one; rm -r gone; mkdir gone; echo new >gone/new; rm etc/two; ln etc/three etc/four; rm pipe; mkdir pipe`,
  `rm -r opt/a; echo file >opt/a; rm -r pipe; ln -s etc pipe; echo l >usr/lib/l; mv etc/four etc/five; rm lib; mkdir lib; echo y >lib/y`,
  `rm opt/a; mkdir -p opt/a; echo again >opt/a/again; chmod 700 etc; rm etc/one; echo z >lib/z; rm usr/lib/sparse`,
];

beforeAll(() => {
  if (!ready) return;
  run(["init", "--layout", "l"]);
  run(["new", "--image", "l:step0"]);
  run(["unpack", "--image", "l:step0", "b"]);
  for (const [at, script] of STEPS.entries()) {
    sh(`cd b/rootfs; ${script}`);
    run(["repack", "--refresh-bundle", "--image", `l:step${at + 1}`, "b"]);
  }
  // Hidden by an opaque directory, and brought by a layer of whiteouts alone.
  sh("mkdir o; echo o >o/only");
  run(["insert", "--opaque", "--image", "l:step4", "--tag", "step5", "o", "/usr"]);
  run(["insert", "--whiteout", "--image", "l:step5", "--tag", "step6", "/etc/five"]);
}, 60_000);

/** What unpacking gives: a line for each property of a file, without sizes and link counts of directories. */
function unpacked(image: string): string[] {
  rmSync(`${work}/u`, { recursive: true, force: true });
  run(["unpack", "--image", image, "u"]);
  return listed(`${work}/u/rootfs`);
}

function listed(root: string): string[] {
  const fd = open(root, O.RDONLY | O.DIRECTORY);
  const lines: string[] = [];
  const add = (file: TreeFile, path: string) => {
    for (const [keyword, value] of valuesOf(file)) {
      const accidental = file.type === "dir" && (keyword === "size" || keyword === "nlink");
      if (!accidental && path !== ".") lines.push(`${path} ${keyword}=${value}`);
    }
    for (const child of file.children ?? []) add(child, path === "." ? child.name : `${path}/${child.name}`);
  };
  add(describeTree(fd, {}), ".");
  close(fd);
  return lines.sort();
}

describe.skipIf(!ready)("layers laid over each other in memory", () => {
  test.each([1, 2, 3, 4, 5, 6])("flatten of %d layers is what unpack makes", (count) => {
    const expected = unpacked(`l:step${count}`);
    run(["flatten", `l:step${count}`, "-o", "flat.tar"]);
    sh(
      "rm -rf f; mkdir f; tar -C f --delay-directory-restore --xattrs --xattrs-include='*' --numeric-owner -xpf flat.tar",
    );
    expect(listed(`${work}/f`)).toEqual(expected);
  });

  test("flatten to standard output gives the same bytes, and a reader that goes away is an error", () => {
    run(["flatten", "l:step6", "-o", "flat.tar"]);
    sh(`${program("hookwright")} image flatten l:step6 -o - | cmp - flat.tar`);
    expect(readdirSync(work).filter((name) => name.startsWith("flat.tar."))).toEqual([]);
  });

  test.each([1, 2, 3, 4, 5])("squash from layer %d on changes nothing that is seen", (from) => {
    const expected = unpacked("l:step6");
    const told = run(["squash", "l:step6", "--from", String(from), "--tag", "squashed", "--format", "json"]);
    expect(JSON.parse(told)).toMatchObject({ before: 6, after: from });
    expect(unpacked("l:squashed")).toEqual(expected);
    run(["diff", "l:step6", "l:squashed"]);
    const { config, manifest } = JSON.parse(run(["stat", "--json", "--image", "l:squashed"]));
    expect(manifest.blob.layers).toHaveLength(from);
    const { history } = config.blob;
    expect(history).toHaveLength(7);
    expect(history.filter(({ empty_layer }: { empty_layer?: boolean }) => !empty_layer)).toHaveLength(from);
    expect(history.at(-1)).toMatchObject({
      created_by: "hookwright image squash",
      comment: `layers ${from} to 6 in one`,
    });
    run(["validate", "l:squashed"]);
  });

  test("squash follows links of the layers below, and keeps a file that only a hard link above leaves in sight", () => {
    sh(`mkdir -p s1/usr/lib s1/d s2/lib s2/d s2/alias s3/d; cd s1; ln -s usr/lib lib; ln -s /d alias; echo old >usr/lib/old
        echo 1 >d/file; echo 2 >d/kept; tar cf ../s1.tar *
        cd ../s2; echo n >lib/new; : >lib/.wh.old; echo 1 >d/file; echo 2 >d/kept; echo 2 >alias/kept
        ln d/kept second; ln alias/kept third; ln d/file copy; ln d/file copy2
        tar cf ../s2.tar lib/new lib/.wh.old d/kept second alias/kept third d/file copy copy2
        tar --delete -f ../s2.tar d/kept alias/kept d/file
        cd ../s3; echo other >d/file; tar cf ../s3.tar d/file`);
    run(["new", "--image", "l:links"]);
    for (const layer of ["s1.tar", "s2.tar", "s3.tar"])
      run(["raw", "add-layer", "--image", "l:links", layer]);
    const expected = unpacked("l:links");
    expect(expected).toContain("usr/lib/new type=file");
    expect(expected).toContain("third nlink=3");
    expect(expected).toContain("copy nlink=2");
    for (const from of [2, 3]) {
      run(["squash", "l:links", "--from", String(from), "--tag", "squashed"]);
      expect(unpacked("l:squashed")).toEqual(expected);
    }
    run(["raw", "add-layer", "--image", "l:step0", "--tag", "nothing", "s2.tar"]);
    run(["flatten", "l:nothing", "-o", "nothing.tar"], 1);
  });

  test("squash refuses a layer that is not there", () => {
    run(["squash", "l:step6", "--from", "7"], 1);
    run(["squash", "l:step6", "--from", "0"], 2);
    run(["squash", "l:nowhere"], 1);
  });

  test("squash in place keeps the tag", () => {
    run(["tag", "--image", "l:step6", "place"]);
    run(["squash", "l:place"]);
    expect(unpacked("l:place")).toEqual(unpacked("l:step6"));
  });
});

describe.skipIf(!ready)("diff", () => {
  const paths = (from: string, to: string, code = 1) =>
    JSON.parse(run(["diff", from, to, "--format", "json"], code)).paths.map(
      ({ path, change, keys }: { path: string; change: string; keys: { keyword: string }[] }) =>
        [change, path, ...keys.map(({ keyword }) => keyword)].join(" "),
    );

  test("two images: what was added, changed and removed, and why", () => {
    const found = paths("l:step1", "l:step2");
    for (const line of [
      "removed etc/two",
      "added etc/four",
      "added gone/new",
      "removed gone/x",
      "removed gone/x/y",
      "changed etc/one size tar_time sha256digest",
    ]) {
      expect(found).toContain(line);
    }
    expect(found.find((line: string) => line.startsWith("changed pipe type mode"))).toBeDefined();
    expect(found.some((line: string) => line.includes("opt/"))).toBe(false);
  });

  test("an image and the bundle that was unpacked from it are the same, until the bundle changes", () => {
    for (const tag of ["l:step4", "l:step6"]) {
      unpacked(tag);
      expect(paths(tag, "u", 0)).toEqual([]);
    }
    sh(
      "echo more >u/rootfs/lib/z; setfattr -n user.n -v 1 u/rootfs/lib/y; touch -r u/rootfs/lib u/ref; touch u/rootfs/lib/n; touch -r u/ref u/rootfs/lib",
    );
    expect(paths("l:step6", "u")).toEqual([
      "added lib/n",
      "changed lib/y xattr.user.n",
      "changed lib/z size tar_time sha256digest",
    ]);
  });

  test("the configuration, and the table for people", () => {
    run([
      "config",
      "--image",
      "l:step6",
      "--tag",
      "other",
      "--author",
      "me",
      "--config.env",
      "A=b",
      "--no-history",
    ]);
    const found = JSON.parse(run(["diff", "l:step6", "l:other", "--format", "json"], 1));
    expect(found).toMatchObject({
      same: false,
      paths: [],
      config: [
        { field: "author", from: null, to: "me" },
        { field: "config.Env", from: null, to: ["A=b"] },
      ],
    });
    expect(run(["diff", "l:step6", "l:other"], 1)).toMatch(
      /^CHANGE .*\nconfig .*author\nconfig .*config.Env\n$/,
    );
    expect(run(["diff", "l:step1", "l:step2", "-q"], 1).split("\n")).toContain("etc/one");
    run(["diff", "l:nowhere", "l:step1"], 1);
    run(["diff", "nowhere", "l:step1"], 1);
    expect(readFileSync(`${work}/l/index.json`, "utf8")).toContain("other");
  });
});
