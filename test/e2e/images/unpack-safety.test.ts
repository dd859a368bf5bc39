/**
 * unpack when things go wrong: killed, interrupted, out of space, on a read-only disk, without privileges, with somebody who
 * moves directories about meanwhile. What is left is nothing, or all.
 */

import { expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { peak } from "../../../bench/measure.ts";
import { inWork, makeImage } from "../../support/images.ts";
import { device, directory, file, layerOf } from "../../support/layers.ts";
import { program } from "../../support/programs.ts";
import type { TarFile } from "../../support/tar.ts";

const ROOT = process.getuid?.() === 0;
const env = { PATH: process.env.PATH ?? "", TZ: "UTC" };
const UMOCI = program("umoci");

/** Enough files that an unpack takes a while, in layers large enough for a thread of their own. */
function manyFiles(): TarFile[][] {
  return [0, 1, 2].map((layer) => [
    directory(`d${layer}`),
    ...Array.from({ length: 1000 }, (_, at) => file(`d${layer}/f${at}`, `${layer} ${at}\n`.repeat(400))),
  ]);
}

const plainImage = (path: string) =>
  makeImage(
    path,
    manyFiles().map((files) => layerOf(files)),
  );

function run(dir: string, words: string[]) {
  const { exitCode, stderr } = Bun.spawnSync([UMOCI, ...words], { cwd: dir, env });
  return { exitCode, stderr: stderr.toString() };
}

function checkBundle(bundle: string): void {
  expect(
    readdirSync(bundle)
      .filter((name) => !/^sha256_[0-9a-f]{64}\.mtree$/.test(name))
      .sort(),
  ).toEqual([".hookwright-index", "config.json", "rootfs", "umoci.json"]);
  for (const layer of [0, 1, 2]) {
    expect(readdirSync(`${bundle}/rootfs/d${layer}`).length).toBe(1000);
    expect(readFileSync(`${bundle}/rootfs/d${layer}/f999`, "utf8")).toBe(`${layer} 999\n`.repeat(400));
  }
}

test("kill -9 at any time leaves no bundle or a whole one, and the next unpack takes away what is left", async () => {
  await inWork(async (dir) => {
    plainImage(`${dir}/image`);
    let killed = 0;
    for (let delay = 10; delay < 1500; delay = Math.ceil(delay * 1.4)) {
      const child = Bun.spawn([UMOCI, "unpack", "--image", "image", "bundle"], {
        cwd: dir,
        env,
        stderr: "ignore",
      });
      await Bun.sleep(delay);
      child.kill("SIGKILL");
      await child.exited;
      if (child.exitCode === 0) break;
      killed++;
      if (existsSync(`${dir}/bundle`)) break;
    }
    expect(killed).toBeGreaterThan(1);
    if (!existsSync(`${dir}/bundle`))
      expect(run(dir, ["unpack", "--image", "image", "bundle"]).exitCode).toBe(0);
    checkBundle(`${dir}/bundle`);
    expect(run(dir, ["unpack", "--image", "image", "other"]).exitCode).toBe(0);
    const left = readdirSync(dir).filter((name) => name.startsWith(".bundle."));
    // Only the next unpack at the same place knows that nobody is at work there.
    if (left.length > 0) {
      Bun.spawnSync(["rm", "-rf", `${dir}/bundle`]);
      expect(run(dir, ["unpack", "--image", "image", "bundle"]).exitCode).toBe(0);
    }
    expect(readdirSync(dir).sort()).toEqual(["bundle", "image", "other"]);
  }, "/dev/shm");
}, 60_000);

test("two at once, at the same place: one of them makes the bundle", async () => {
  await inWork(async (dir) => {
    plainImage(`${dir}/image`);
    const words = [UMOCI, "unpack", "--image", "image", "bundle"];
    const both = [0, 1].map(() => Bun.spawn(words, { cwd: dir, env, stderr: "ignore" }));
    const codes = await Promise.all(both.map((child) => child.exited));
    expect(codes.sort()).toEqual([0, 1]);
    checkBundle(`${dir}/bundle`);
    expect(readdirSync(dir).sort()).toEqual(["bundle", "image"]);
  }, "/dev/shm");
}, 30_000);

test("into a directory that is there: config.json comes last, and a failure leaves it as it was", async () => {
  await inWork((dir) => {
    plainImage(`${dir}/image`);
    mkdirSync(`${dir}/bundle`, { mode: 0o750 });
    writeFileSync(`${dir}/bundle/note`, "mine");
    expect(run(dir, ["unpack", "--max-entries", "5", "--image", "image", "bundle"]).exitCode).toBe(1);
    expect(readdirSync(`${dir}/bundle`)).toEqual(["note"]);
    expect(run(dir, ["unpack", "--image", "image", "bundle"])).toMatchObject({ exitCode: 0, stderr: "" });
    expect(readFileSync(`${dir}/bundle/note`, "utf8")).toBe("mine");
    expect(statSync(`${dir}/bundle`).mode & 0o777).toBe(0o750);
    Bun.spawnSync(["rm", `${dir}/bundle/note`]);
    checkBundle(`${dir}/bundle`);
  });
});

test.each(["unpack", "raw unpack"])(
  "%s that is interrupted leaves nothing",
  async (verb) => {
    await inWork(async (dir) => {
      plainImage(`${dir}/image`);
      const words = [...verb.split(" "), "--image", "image", "made"];
      for (let delay = 400; ; delay = Math.floor(delay / 2)) {
        const child = Bun.spawn([UMOCI, ...words], { cwd: dir, env, stderr: "ignore" });
        // Once something is there the signal has a handler.
        while (child.exitCode === null && !readdirSync(dir).some((name) => name.startsWith(".made.")))
          await Bun.sleep(1);
        await Bun.sleep(delay > 10 ? 0 : delay);
        child.kill("SIGINT");
        if ((await child.exited) !== 0) break;
        Bun.spawnSync(["rm", "-rf", `${dir}/made`]);
        expect(delay).toBeGreaterThan(0);
      }
      expect(readdirSync(dir)).toEqual(["image"]);
    }, "/dev/shm");
  },
  30_000,
);

test.skipIf(!ROOT).each([
  ["a full disk", "size=6m", /no space left on device/],
  ["a read-only disk", "ro", /read-only file system/],
])("%s: one clear message, and nothing is left", async (_, options, message) => {
  await inWork((dir) => {
    plainImage(`${dir}/image`);
    mkdirSync(`${dir}/disk`);
    expect(Bun.spawnSync(["mount", "-t", "tmpfs", "-o", options, "none", `${dir}/disk`]).exitCode).toBe(0);
    try {
      for (const verb of [["unpack"], ["raw", "unpack"]]) {
        const { exitCode, stderr } = run(dir, [...verb, "--image", "image", "disk/made"]);
        expect(exitCode).toBe(1);
        expect(stderr).toMatch(message);
        expect(readdirSync(`${dir}/disk`)).toEqual([]);
      }
    } finally {
      Bun.spawnSync(["umount", `${dir}/disk`]);
    }
  });
});

test("an image that lies leaves nothing, so the next try finds a free place", async () => {
  await inWork((dir) => {
    makeImage(`${dir}/image`, manyFiles(), {
      rootfs: { type: "layers", diff_ids: [1, 2, 3].map((n) => `sha256:${`${n}`.repeat(64)}`) },
    });
    for (let turn = 0; turn < 2; turn++) {
      const { exitCode, stderr } = run(dir, ["unpack", "--image", "image", "bundle"]);
      expect([exitCode, stderr]).toEqual([
        1,
        expect.stringMatching(
          /unpack manifest: layer sha256:.*: diffid mismatch: got .* expected sha256:1{64}/,
        ),
      ]);
      expect(readdirSync(dir)).toEqual(["image"]);
    }
  });
});

test.each([
  ["another rootfs.type", { rootfs: { type: "blocks", diff_ids: [] } }, /unsupported rootfs.type/],
  ["another system", { os: "windows" }, /unsupported OS/],
  ["fewer diff ids than layers", { rootfs: { type: "layers", diff_ids: [] } }, /1 layers and 0 diff ids/],
])("%s is refused before anything is made", async (_, change, message) => {
  await inWork((dir) => {
    makeImage(`${dir}/image`, [[file("f")]], change);
    const { exitCode, stderr } = run(dir, ["unpack", "--image", "image", "bundle"]);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(readdirSync(dir)).toEqual(["image"]);
  });
});

test.skipIf(!ROOT)("devices and owners without privileges: a message that names the mend", async () => {
  await inWork((dir) => {
    makeImage(`${dir}/image`, [[device("null", 1, 3)]]);
    Bun.spawnSync(["chmod", "-R", "a+rwX", dir]);
    const as = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"];
    const { exitCode, stderr } = Bun.spawnSync([...as, UMOCI, "unpack", "--image", "image", "bundle"], {
      cwd: dir,
      env,
    });
    expect(exitCode).toBe(1);
    expect(stderr.toString()).toMatch(/maybe --rootless will help\?[\s\S]*operation not permitted/);
    expect(readdirSync(dir)).toEqual(["image"]);
  });
});

test("memory stays flat, however large the layer", async () => {
  await inWork((dir) => {
    makeImage(`${dir}/image`, [layerOf([file("large", new Uint8Array(400 * 1024 * 1024))])]);
    const resident = peak([UMOCI, "unpack", "--image", `${dir}/image`, `${dir}/bundle`], []) * 1024;
    expect(statSync(`${dir}/bundle/rootfs/large`).size).toBe(400 * 1024 * 1024);
    expect(resident).toBeLessThan(200 * 1024 * 1024);
  }, "/dev/shm");
}, 60_000);

test("somebody who puts links in the place of directories meanwhile leads nothing outside", async () => {
  await inWork(async (dir) => {
    const names = Array.from({ length: 4000 }, (_, at) => `a/b/c${at % 300}/f${at}`);
    makeImage(`${dir}/image`, [
      names.map((name) => file(name, "inside")),
      names.map((name) => file(name, "again")),
    ]);
    mkdirSync(`${dir}/outside/b`, { recursive: true });
    for (let at = 0; at < 300; at++) mkdirSync(`${dir}/outside/b/c${at}`);
    for (let turn = 0; turn < 5; turn++) {
      mkdirSync(`${dir}/rootfs/a/b`, { recursive: true });
      symlinkSync(turn % 2 === 0 ? `${dir}/outside` : "../outside", `${dir}/rootfs/link`);
      const swapper = Bun.spawn(
        [process.execPath, `${import.meta.dir}/swap-child.ts`, `${dir}/rootfs/a`, `${dir}/rootfs/link`],
        { stdin: "pipe", stdout: "pipe", stderr: "inherit" },
      );
      const reader = swapper.stdout.getReader();
      await reader.read();
      const { exitCode, stderr } = run(dir, ["raw", "unpack", "--image", "image", "rootfs"]);
      swapper.stdin.end();
      await swapper.exited;
      // It may go through between two exchanges; else it says what happened.
      if (exitCode !== 0)
        expect(stderr).toMatch(/another process|exists already|no such file|not empty|not a directory/);
      const found = Bun.spawnSync(["find", "outside", "!", "-type", "d"], { cwd: dir });
      expect(found.stdout.toString()).toBe("");
      Bun.spawnSync(["rm", "-rf", `${dir}/rootfs`]);
    }
  }, "/dev/shm");
}, 60_000);
