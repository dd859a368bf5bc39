/** What can go wrong while a layer is made: a kill, a full or read-only disk, a second writer. The layout stays valid. */

import { beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { sha256Of } from "../../support/layout.ts";
import { built, program } from "../../support/programs.ts";
import { workDirectory } from "../../support/work-directory.ts";

const ready = built("umoci");
const work = workDirectory();
const layout = `${work}/l`;
const bundle = `${work}/b`;

function ours(...words: string[]): { code: number; stdout: string; stderr: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([program("umoci"), ...words]);
  return { code: exitCode, stdout: stdout.toString(), stderr: stderr.toString() };
}

function sh(script: string): void {
  const { exitCode, stderr } = Bun.spawnSync(["sh", "-ec", script], { cwd: work });
  if (exitCode !== 0) throw new Error(stderr.toString());
}

/** Every blob is what its name says, and every tag leads to an image whose layers are there. */
function checkLayout(path: string): void {
  for (const hex of readdirSync(`${path}/blobs/sha256`)) {
    expect(sha256Of(readFileSync(`${path}/blobs/sha256/${hex}`))).toBe(hex);
  }
  for (const tag of ours("list", "--layout", path).stdout.trim().split("\n")) {
    const { code, stdout } = ours("stat", "--json", "--image", `${path}:${tag}`);
    expect(code).toBe(0);
    for (const { digest } of JSON.parse(stdout).manifest.blob.layers) {
      expect(readdirSync(`${path}/blobs/sha256`)).toContain(digest.slice(7));
    }
  }
}

beforeAll(() => {
  if (!ready) return;
  mkdirSync(`${work}/src`);
  writeFileSync(`${work}/src/f`, "f");
  expect(ours("init", "--layout", layout).code).toBe(0);
  expect(ours("new", "--image", `${layout}:a`).code).toBe(0);
  expect(ours("insert", "--image", `${layout}:a`, `${work}/src`, "/x").code).toBe(0);
  expect(ours("unpack", "--image", `${layout}:a`, bundle).code).toBe(0);
  sh("cp -a l small; seq 1 3000000 >b/rootfs/numbers");
});

describe.skipIf(!ready)("a layer that cannot be finished", () => {
  test("kill -9 at any time leaves layout and bundle valid, and gc takes the rest away", async () => {
    const words = ["repack", "--refresh-bundle", "--image", `${layout}:killed`];
    for (const delay of [30, 60, 90, 120, 180, 260, 400]) {
      sh("rm -rf copy; cp -a b copy");
      const child = Bun.spawn([program("umoci"), ...words, `${work}/copy`], { stderr: "ignore" });
      await Bun.sleep(delay);
      child.kill("SIGKILL");
      await child.exited;
      checkLayout(layout);
      expect(ours("gc", "--layout", layout).code).toBe(0);
      expect(readdirSync(layout).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
      // The bundle is that of the old image or of the new one, and can be gone on with.
      expect(ours("repack", "--image", `${layout}:after`, `${work}/copy`).code).toBe(0);
      expect(ours("unpack", "--image", `${layout}:after`, `${work}/u`).code).toBe(0);
      sh("cmp u/rootfs/numbers b/rootfs/numbers; rm -r u");
    }
  }, 120_000);

  test.each([
    ["full", "size=1m", "no space left on device", "rw"],
    ["read-only", "size=64m", "read-only file system", "ro"],
  ])("a %s disk: one error, and the layout is as it was", (_, size, problem, how) => {
    sh(`mkdir -p m && mount -t tmpfs -o ${size} tmpfs m`);
    try {
      sh(`cp -a small m/l; mount -o remount,${how} m`);
      const before = readFileSync(`${work}/m/l/index.json`, "utf8");
      const source = `${work}/random`;
      sh("head -c 3000000 /dev/urandom >random");
      for (const words of [
        ["repack", "--compress", "none", "--image", `${work}/m/l:new`, bundle],
        ["insert", "--image", `${work}/m/l:a`, source, "/random"],
        ["raw", "add-layer", "--compress", "zstd", "--image", `${work}/m/l:a`, source],
      ]) {
        const { code, stderr } = ours(...words);
        expect(code).toBe(1);
        expect(stderr).toContain(problem);
        expect(stderr.trim().split("\n")).toHaveLength(1);
        expect(readFileSync(`${work}/m/l/index.json`, "utf8")).toBe(before);
        expect(readdirSync(`${work}/m/l`).filter((name) => name.startsWith("."))).toEqual([]);
      }
      checkLayout(`${work}/m/l`);
    } finally {
      sh("umount -l m");
    }
  });

  test("a disk that a copy fills: one error, and the layout is as it was", () => {
    sh("head -c 3000000 /dev/urandom >random; cp -a small big; mkdir -p m");
    expect(ours("insert", "--image", `${work}/big:a`, `${work}/random`, "/random").code).toBe(0);
    sh("mount -t tmpfs -o size=1m tmpfs m && cp -a small m/l");
    try {
      const before = readFileSync(`${work}/m/l/index.json`, "utf8");
      const words = ["image", "copy", `oci:${work}/big:a`, `oci:${work}/m/l:new`];
      const { exitCode, stderr } = Bun.spawnSync([program("hookwright"), ...words]);
      const errors = stderr
        .toString()
        .split("\n")
        .filter((line) => line.startsWith("hookwright: "));
      expect(exitCode).toBe(1);
      expect(errors).toEqual([expect.stringContaining("put blob: write: no space left on device")]);
      expect(stderr.toString()).not.toContain("    at ");
      expect(readFileSync(`${work}/m/l/index.json`, "utf8")).toBe(before);
      expect(readdirSync(`${work}/m/l`).filter((name) => name.startsWith("."))).toEqual([]);
      checkLayout(`${work}/m/l`);
    } finally {
      sh("umount m");
    }
  });

  test("several writers at once lose nothing of each other", async () => {
    const tags = Array.from({ length: 6 }, (_, at) => `writer-${at}`);
    const children = tags.map((tag) =>
      Bun.spawn([
        program("umoci"),
        "insert",
        "--image",
        `${layout}:a`,
        "--tag",
        tag,
        `${work}/src`,
        `/${tag}`,
      ]),
    );
    for (const child of children) expect(await child.exited).toBe(0);
    const { stdout } = ours("list", "--layout", layout);
    for (const tag of tags) expect(stdout.split("\n")).toContain(tag);
    checkLayout(layout);
  });

  test("what stands in the way of reading the bundle is said", () => {
    sh("cp -a b odd; rm -r odd/rootfs; ln -s / odd/rootfs");
    const { code, stderr } = ours("repack", "--image", `${layout}:odd`, `${work}/odd`);
    expect(code).toBe(1);
    expect(stderr).toContain("check mtree");
    for (const [script, message] of [
      ["rm odd/*.mtree", "open mtree"],
      ["echo {} >odd/umoci.json", 'unsupported umoci.json version ""'],
      ["rm odd/umoci.json", "read umoci.json metadata: open metadata"],
    ] as const) {
      sh(script);
      const seen = ours("repack", "--image", `${layout}:odd`, `${work}/odd`);
      expect(seen.code).toBe(1);
      expect(seen.stderr).toContain(message);
    }
  });
});

test.skipIf(!ready)(
  "a user who is not root repacks a rootless bundle with files that nobody may read",
  () => {
    sh("chmod 755 .; mkdir -p own && chown 65534:65534 own");
    const as = (script: string) =>
      sh(`setpriv --reuid 65534 --regid 65534 --clear-groups sh -ec '${script}'`);
    const image = `${work}/own/l:a`;
    const umoci = program("umoci");
    as(`cd own; mkdir src; echo 1 >src/f; mkdir src/d; echo 2 >src/d/g
    ${umoci} init --layout l; ${umoci} new --image l:a; ${umoci} insert --rootless --image l:a src /s
    ${umoci} unpack --rootless --image l:a b
    echo 3 >b/rootfs/s/d/h; chmod 0 b/rootfs/s/d/h b/rootfs/s/d
    ${umoci} repack --compress none --image l:a b`);
    const { digest } = JSON.parse(ours("stat", "--json", "--image", image).stdout).manifest.blob.layers.at(
      -1,
    );
    const listed = Bun.spawnSync([
      "tar",
      "tvf",
      `${work}/own/l/blobs/sha256/${digest.slice(7)}`,
    ]).stdout.toString();
    expect(listed).toMatch(/^d--------- 0\/0 .* s\/d\/$/m);
    expect(listed).toMatch(/^---------- 0\/0 +2 .* s\/d\/h$/m);
  },
);
