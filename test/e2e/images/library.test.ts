/**
 * `hookwright/image` from outside: a project of its own that knows nothing but the package, type-checked as strictly as it can
 * be, and run. What it makes is what umoci reads.
 */

import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { must } from "../../support/command.ts";
import { built, program } from "../../support/programs.ts";
import { tempRoot } from "../../support/root.ts";
import { haveUmoci, REAL } from "../../support/umoci.ts";

const MODULES = resolve(import.meta.dir, "../../../node_modules");
const PACKAGE = resolve(import.meta.dir, "../../../dist/hookwright-sdk");

const PROGRAM = `import {
  addLayer, collectLayoutGarbage, configImage, copyImage, diffImages, Failure, flattenImage, type ImageName, initLayout,
  insertFiles, inspectImage, listTags, mergeImages, newImage, removePath, removeTag, repackBundle, squashImage, statImage,
  tagImage, unpackBundle, unpackRootfs, validateLayout,
} from "hookwright/image";
import { appendFileSync } from "node:fs";

const path = "layout";
const image: ImageName = { path, tag: "app" };
const date = 1_700_000_000;
initLayout(path);
newImage(image, { date });
insertFiles(image, "tree", "/data", { date, compression: "gzip" });
insertFiles(image, "tree", "/more", { date, compression: "zstd", tag: "other", history: { comment: "said" } });
addLayer(image, "extra.tar", { date, compression: "none" });
configImage(image, { cmd: ["/bin/app"], labels: ["a=b"] }, { date, history: false });
removePath(image, "/data/small", { tag: "slim", date });
const { manifest, config } = statImage(image);
const entries: number[] = [];
await unpackBundle(image, "bundle", { limits: { maxEntries: 100 }, progress: (at) => entries.push(at.entries) });
appendFileSync("bundle/rootfs/data/small", "changed");
repackBundle({ path, tag: "changed" }, "bundle", { date, refresh: true });
await unpackRootfs({ path, tag: "other" }, "rootfs", {});
const difference = diffImages("layout:app", "layout:changed").paths.map(({ path: at, change }) => [at, change]);
const squashed = squashImage({ path, tag: "changed" }, { tag: "squashed", date });
const flat = flattenImage({ path, tag: "squashed" }, "flat.tar");
tagImage(image, "copy");
const merged = mergeImages({ path, tag: "merged" }, ["app"]).map(({ platform }) => platform);
const { digest } = await copyImage("oci:layout:app", "oci-archive:app.tar");
const inspected = await inspectImage("oci-archive:app.tar");
removeTag({ path, tag: "copy" });
let refused = "";
try {
  statImage({ path, tag: "missing" });
} catch (error) {
  if (error instanceof Failure) refused = error.code;
}
const { problems } = validateLayout(path);
console.log(JSON.stringify({
  cmd: config?.document?.config?.Cmd, layers: manifest.document.layers.length, difference, squashed: squashed.after, flat,
  merged, same: digest === inspected.digest && digest === manifest.descriptor.digest, refused, problems,
  tags: listTags(path), removed: collectLayoutGarbage(path).length, counted: entries.length > 0,
}));
`;

const CONFIG = {
  compilerOptions: {
    target: "ES2024",
    module: "ESNext",
    moduleResolution: "bundler",
    types: ["bun"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    skipLibCheck: true,
  },
  include: ["main.ts"],
};

describe.skipIf(!existsSync(PACKAGE) || !built("umoci") || !haveUmoci())("hookwright/image", () => {
  const root = tempRoot();
  const dir = `${root.work}/project`;
  afterAll(() => root.remove());

  test("a program of somebody else's is type-checked and makes images that umoci unpacks", () => {
    mkdirSync(`${dir}/node_modules/@types`, { recursive: true });
    symlinkSync(PACKAGE, `${dir}/node_modules/hookwright`);
    symlinkSync(`${MODULES}/@types/bun`, `${dir}/node_modules/@types/bun`);
    writeFileSync(`${dir}/main.ts`, PROGRAM);
    writeFileSync(`${dir}/tsconfig.json`, JSON.stringify(CONFIG));
    // Large enough for threads that compress and that decompress.
    must([
      "sh",
      "-c",
      `cd ${dir} && mkdir tree && echo small >tree/small && head -c 4000000 /dev/urandom >tree/large && tar cf extra.tar tree/small`,
    ]);
    const checked = Bun.spawnSync([`${MODULES}/.bin/tsc`, "-p", dir]);
    expect(checked.stdout.toString()).toBe("");
    const ran = Bun.spawnSync([process.execPath, "main.ts"], {
      cwd: dir,
      env: { PATH: process.env.PATH ?? "", HOOKWRIGHT_ROOT: root.root },
    });
    expect(ran.stderr.toString()).toBe("");
    expect(JSON.parse(ran.stdout.toString())).toEqual({
      cmd: ["/bin/app"],
      layers: 2,
      difference: [["data/small", "changed"]],
      squashed: 1,
      flat: expect.any(Number),
      merged: [expect.stringMatching(/^linux\//)],
      same: true,
      refused: "tag_missing",
      problems: [],
      tags: ["other", "app", "slim", "changed", "squashed", "merged"],
      removed: expect.any(Number),
      counted: true,
    });
    must([REAL, "unpack", "--image", `${dir}/layout:squashed`, `${dir}/by-umoci`]);
    expect(readFileSync(`${dir}/by-umoci/rootfs/data/small`, "utf8")).toBe("small\nchanged");
    must(["cmp", `${dir}/by-umoci/rootfs/data/large`, `${dir}/tree/large`]);
    must(["cmp", `${dir}/rootfs/more/large`, `${dir}/tree/large`]);
    must([program("umoci"), "stat", "--image", `${dir}/layout:slim`]);
  }, 60_000);
});
