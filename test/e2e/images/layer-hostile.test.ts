/**
 * Layers that are made to reach outside of the root file system, to take away what is not theirs, or to break whoever reads
 * them. Beside `rootfs` lies a file that must stay as it is, and nothing may join it.
 */

import { expect, test } from "bun:test";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { gzipSync } from "node:zlib";
import { bytesOfString } from "../../../src/codec/byte-string.ts";
import type { ApplyOptions } from "../../../src/layer/apply.ts";
import {
  type Bench,
  device,
  directory,
  fifo,
  file,
  hardLink,
  layerOf,
  symlink,
  type TestLayer,
  withBench,
} from "../../support/layers.ts";
import { archiveOf, type TarFile } from "../../support/tar.ts";

type Layers = readonly (readonly TarFile[] | TestLayer)[];
const ROOT = process.getuid?.() === 0;

/** Applies; what lies outside must be untouched, whatever comes of it. */
async function apply(bench: Bench, layers: Layers, options: Partial<ApplyOptions> = {}): Promise<string> {
  const outside = `${bench.work}/outside`;
  mkdirSync(outside);
  writeFileSync(`${outside}/victim`, "as it was", { mode: 0o600 });
  const before = lstatSync(`${outside}/victim`);
  let failure = "";
  try {
    await bench.apply(layers, options);
  } catch (error) {
    failure = (error as Error).message;
  }
  expect(readFileSync(`${outside}/victim`, "utf8")).toBe("as it was");
  const after = lstatSync(`${outside}/victim`);
  expect([after.ino, after.mode, after.uid, after.nlink, after.mtimeMs]).toEqual([
    before.ino,
    before.mode,
    before.uid,
    1,
    before.mtimeMs,
  ]);
  expect(readdirSync(outside)).toEqual(["victim"]);
  const names = readdirSync(bench.work).filter((name) => !name.startsWith("layer-"));
  expect(names.sort()).toEqual(["outside", "rootfs"]);
  return failure;
}

/** Layers that unpack, with paths below rootfs that must hold "inside". */
const KEPT_INSIDE: [string, Layers, string[]][] = [
  ["leading dots", [[file("../../outside/victim", "inside")]], ["outside/victim"]],
  ["dots in the middle", [[file("a/../../../outside/new", "inside")]], ["outside/new"]],
  ["an absolute name", [[file("/outside/victim", "inside")]], ["outside/victim"]],
  ["an extended header's name", [[file(`../${"x".repeat(120)}/../outside/v`, "inside")]], ["outside/v"]],
  [
    "a link, then a file through it",
    [[symlink("l", "../outside"), file("l/victim", "inside")]],
    ["outside/victim"],
  ],
  [
    "an absolute link, then a file",
    [[symlink("l", "/outside"), file("l/victim", "inside")]],
    ["outside/victim"],
  ],
  [
    "a link in one layer, a file in the next",
    [[symlink("l", "../outside")], [file("l/victim", "inside")]],
    ["outside/victim"],
  ],
  [
    "a chain of links",
    [
      [
        directory("d"),
        symlink("d/1", "../d/2"),
        symlink("d/2", "../../.."),
        symlink("e", "d/1"),
        file("e/outside/victim", "inside"),
      ],
    ],
    ["outside/victim"],
  ],
  [
    "a link to itself's parent",
    [[directory("a"), symlink("a/up", ".."), file("a/up/up/victim", "inside")]],
    ["up/victim"],
  ],
  ["a file over a link", [[symlink("v", "../outside/victim")], [file("v", "inside")]], ["v"]],
  [
    "a hard link to a link, then a file over it",
    [[symlink("s", "../outside/victim"), hardLink("h", "s"), file("h", "inside")]],
    ["h"],
  ],
];

test.each(KEPT_INSIDE)("stays inside: %s", async (_, layers, paths) => {
  await withBench(async (bench) => {
    expect(await apply(bench, layers)).toBe("");
    for (const path of paths) expect(readFileSync(`${bench.rootfs}/${path}`, "utf8")).toBe("inside");
  });
});

test("names that are no UTF-8, or have spaces, newlines and wildcards, are kept byte by byte", async () => {
  await withBench(async (bench) => {
    const names = ["\xff\xfe", "new\nline", "a b*?[", "\xc3\xa4", "\\x41"];
    expect(await apply(bench, [names.map((name) => file(name, "inside"))])).toBe("");
    const found = readdirSync(bench.rootfs, { encoding: "buffer" }).map((name) => name.toString("latin1"));
    expect(found.sort()).toEqual(names.sort());
  });
});

const REFUSED: [string, Layers, RegExp][] = [
  [
    "a link in the root's place",
    [[symlink(".", "../outside"), file("victim", "new")]],
    /refusing to change type of root/,
  ],
  ["a file in the root's place", [[file("/.", "x")]], /refusing to change type of root/],
  ["a name that is empty", [[file("", "x")]], /no name/],
  ["a hard link outward", [[hardLink("h", "../outside/victim")]], /no such file/],
  ["a hard link through a link", [[symlink("l", "/outside"), hardLink("h", "l/victim")]], /no such file/],
  ["a hard link to what is not there yet", [[hardLink("h", "later"), file("later", "x")]], /no such file/],
  ["a hard link to itself", [[file("h", "x"), hardLink("h", "h")]], /no such file/],
  ["a hard link to a directory", [[directory("d"), hardLink("h", "d")]], /directory/],
  ["a hard link to the root", [[hardLink("h", "/")]], /directory/],
  [
    "links in a circle",
    [[symlink("a", "b"), symlink("b", "a"), file("a/x", "x")]],
    /too many levels of symbolic links/,
  ],
  ["a name that is too long", [[file("n".repeat(300), "x")]], /unpack entry: n{300}: .*too long/],
  ["a whiteout of nothing", [[file("d/.wh.", "")]], /invalid whiteout with empty name/],
];

test.each(REFUSED)("refuses %s", async (_, layers, message) => {
  await withBench(async (bench) => {
    expect(await apply(bench, layers)).toMatch(message);
  });
});

test.each(["d/.wh..", "d/.wh...", ".wh..", ".wh..."])(
  "refuses the whiteout %s, and takes nothing away",
  async (name) => {
    await withBench(async (bench) => {
      expect(await apply(bench, [[file("d/kept", "x"), file("top", "x")], [file(name)]])).toMatch(
        /invalid whiteout of/,
      );
      expect(readdirSync(bench.rootfs).sort()).toEqual(["d", "top"]);
      expect(readdirSync(`${bench.rootfs}/d`)).toEqual(["kept"]);
    });
  },
);

test("a whiteout through a link takes away what is inside", async () => {
  await withBench(async (bench) => {
    const base = [file("outside/victim", "x"), file("outside/other", "x"), symlink("l", "../../outside")];
    expect(await apply(bench, [base, [file("l/.wh.victim")]])).toBe("");
    expect(readdirSync(`${bench.rootfs}/outside`)).toEqual(["other"]);
  });
});

test("an opaque directory that is a link empties the directory inside", async () => {
  await withBench(async (bench) => {
    const base = [file("outside/victim", "x"), symlink("l", "/outside")];
    expect(await apply(bench, [base, [file("l/.wh..wh..opq"), file("l/new", "x")]])).toBe("");
    expect(readdirSync(`${bench.rootfs}/outside`)).toEqual(["new"]);
    expect(readlinkSync(`${bench.rootfs}/l`)).toBe("/outside");
  });
});

test.skipIf(!ROOT)("nodes, set-id bits and odd owners are made as asked", async () => {
  await withBench(async (bench) => {
    const layer = [
      device("null", 1, 3, { mode: 0o666 }),
      device("large", 4095, 1048575),
      fifo("pipe", { mode: 0o640, uid: 7 }),
      file("su", "x", { mode: 0o6755, uid: 1000, gid: 1000 }),
      file("huge", "x", { uid: 4_000_000_000, gid: 4_294_967_294 }),
      file("negative", "x"),
    ];
    layer.at(-1)!.entry.uid = -1;
    expect(await apply(bench, [layerOf(negativeOwner(archiveOf(layer.slice(0, -1))))])).toBe("");
    const stat = (name: string) => lstatSync(`${bench.rootfs}/${name}`);
    expect([stat("null").mode, stat("null").rdev]).toEqual([0o020666, 0x103]);
    expect(stat("large").rdev).toBe(Number(BigInt(0xff) | (0xfffn << 8n) | (0xfffn << 20n)));
    expect([stat("pipe").mode, stat("pipe").uid]).toEqual([0o010640, 7]);
    expect([stat("su").mode & 0o7777, stat("su").uid]).toEqual([0o6755, 1000]);
    expect([stat("huge").uid, stat("huge").gid]).toEqual([4_000_000_000, 4_294_967_294]);
    expect(stat("negative").uid).toBe(0);
  });
});

/** The archive with one more file, whose owner is -1 in base 256: no change of owner, to the kernel. */
function negativeOwner(archive: Uint8Array): Uint8Array {
  const header = archiveOf([file("negative")]).slice(0, 512);
  header.fill(0xff, 108, 116);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.set(bytesOfString(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return Buffer.concat([archive.subarray(0, archive.length - 1024), header, new Uint8Array(1024)]);
}

test("times before 1970, beyond this century, and with nanoseconds", async () => {
  await withBench(async (bench) => {
    const times = {
      old: [-2, 250_000_000],
      late: [9_214_646_400, 0],
      fine: [1_700_000_000, 123_456_789],
    } as const;
    const layer = Object.entries(times).map(([name, [seconds, nanoseconds]]) =>
      file(name, "x", { mtime: { seconds, nanoseconds } }),
    );
    expect(await apply(bench, [layer])).toBe("");
    for (const [name, [seconds, nanoseconds]] of Object.entries(times)) {
      const { mtimeNs } = lstatSync(`${bench.rootfs}/${name}`, { bigint: true });
      expect(mtimeNs).toBe(BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
    }
  });
});

test("two thousand directories in one another", async () => {
  await withBench(async (bench) => {
    const deep = Array.from({ length: 2000 }, (_, at) => `d${at}`).join("/");
    const begin = performance.now();
    expect(await apply(bench, [[file(`${deep}/f`, "inside")], [file(`${deep}/g`, "inside")]])).toBe("");
    expect(performance.now() - begin).toBeLessThan(5000);
    const found = Bun.spawnSync(["find", bench.rootfs, "-name", "[fg]", "-printf", "%d\n"]);
    expect(found.stdout.toString()).toBe("2001\n2001\n");
    expect(await new Promise((done) => setTimeout(() => done("over")))).toBe("over");
    Bun.spawnSync(["rm", "-rf", bench.rootfs]);
  });
}, 30_000);

test("the same name twice, and names that differ in case, are what the last and each of them say", async () => {
  await withBench(async (bench) => {
    expect(await apply(bench, [[file("a", "first"), file("A", "upper"), file("a", "inside")]])).toBe("");
    expect(readFileSync(`${bench.rootfs}/a`, "utf8")).toBe("inside");
    expect(readFileSync(`${bench.rootfs}/A`, "utf8")).toBe("upper");
  });
});

const GOOD = [file("a", "inside".repeat(1000)), file("b", "x")];
const STREAMS: [string, TestLayer, RegExp | ""][] = [
  ["a gzip that ends early", truncated(), /unexpected end of file|digest mismatch/],
  ["a gzip whose checksum is wrong", wrongSum(), /gzip: incorrect data check/],
  [
    "what is no gzip",
    layerOf(archiveOf(GOOD), "none", { compression: "gzip" }),
    /gzip: incorrect header check/,
  ],
  ["what is no zstd", layerOf(archiveOf(GOOD), "none", { compression: "zstd" }), /zstd: /],
  ["what is no tar", layerOf(bytesOfString("no archive ".repeat(300))), /read tar archive/],
  ["a tar that ends early", layerOf(archiveOf(GOOD).subarray(0, 3000)), /middle of an entry/],
  [
    "a digest that lies",
    layerOf(GOOD, "gzip", { digest: `sha256:${"0".repeat(64)}` }),
    /verified reader digest mismatch/,
  ],
  [
    "a diff id that lies",
    layerOf(GOOD, "gzip", { diffId: `sha256:${"0".repeat(64)}` }),
    /diffid mismatch: got .* expected/,
  ],
  ["a size that is too small", sized(-1), /verified reader size mismatch|unexpected end|digest/],
  ["a size that is too large", sized(1), /verified reader size mismatch/],
  ["gzip with zeros behind", padded(), ""],
  ["gzip with something else behind", trailing("rubbish"), /gzip: /],
  ["gzip of several members", members(), ""],
  [
    "bytes behind the tar's end",
    layerOf(Buffer.concat([archiveOf(GOOD), bytesOfString("rest".repeat(5000))])),
    "",
  ],
];

function blobOf(blob: Uint8Array): TestLayer {
  return layerOf(GOOD, "gzip", layerOf(blob, "none", { compression: "gzip", diffId: layerOf(GOOD).diffId }));
}
function truncated(): TestLayer {
  const { blob } = layerOf(GOOD, "gzip");
  return blobOf(blob.subarray(0, blob.length - 20));
}
function wrongSum(): TestLayer {
  const blob = layerOf(GOOD, "gzip").blob.slice();
  blob[blob.length - 8]! ^= 1;
  return blobOf(blob);
}
function sized(by: number): TestLayer {
  const layer = layerOf(GOOD, "gzip");
  return { ...layer, size: layer.size + by };
}
function padded(): TestLayer {
  return blobOf(Buffer.concat([layerOf(GOOD, "gzip").blob, new Uint8Array(700_000)]));
}
function trailing(text: string): TestLayer {
  return blobOf(Buffer.concat([layerOf(GOOD, "gzip").blob, bytesOfString(text)]));
}
function members(): TestLayer {
  const tar = archiveOf(GOOD);
  return blobOf(Buffer.concat([gzipSync(tar.subarray(0, 1000)), gzipSync(tar.subarray(1000))]));
}

test.each(STREAMS)("%s", async (_, layer, message) => {
  await withBench(async (bench) => {
    const failure = await apply(bench, [layer]);
    if (message !== "") expect(failure).toMatch(message);
    else {
      expect(failure).toBe("");
      expect(readFileSync(`${bench.rootfs}/a`, "utf8")).toBe("inside".repeat(1000));
    }
  });
});

test("limits end an unpack before the disk is full", async () => {
  const zeros = new Uint8Array(64 * 1024 * 1024);
  const bomb = layerOf([file("zeros", zeros)], "gzip");
  for (const [limits, message] of [
    [{ maxSize: 1024 * 1024 }, /--max-size|more than 1048576 bytes/],
    [{ maxRatio: 100 }, /more than 100 times larger/],
    [{ maxEntries: 2 }, ""],
  ] as const) {
    await withBench(async (bench) => {
      const failure = await apply(bench, [bomb], { limits });
      if (message === "") expect(failure).toBe("");
      else expect(failure).toMatch(message);
    }, "/dev/shm");
  }
  await withBench(async (bench) => {
    const many = Array.from({ length: 20 }, (_, at) => file(`f${at}`));
    expect(await apply(bench, [many], { limits: { maxEntries: 10 } })).toMatch(/more than 10 entries/);
    expect(readdirSync(bench.rootfs).length).toBe(10);
  });
});

test.skipIf(!ROOT)("devices can be left out, and set-id bits taken away", async () => {
  await withBench(async (bench) => {
    const layer = [device("null", 1, 3), file("su", "x", { mode: 0o6755 }), directory("d", { mode: 0o2755 })];
    expect(await apply(bench, [layer], { limits: { noDevices: true, stripSetuid: true } })).toBe("");
    expect(existsSync(`${bench.rootfs}/null`)).toBe(false);
    expect(lstatSync(`${bench.rootfs}/su`).mode & 0o7777).toBe(0o755);
    expect(lstatSync(`${bench.rootfs}/d`).mode & 0o7777).toBe(0o2755);
  });
});

test("entries without end do not fill the memory", async () => {
  const header = archiveOf([file("same")]).subarray(0, 512);
  const tar = new Uint8Array(300_000 * 512 + 1024);
  for (let at = 0; at < 300_000; at++) tar.set(header, at * 512);
  const layer = layerOf(gzipOf(tar), "none", { compression: "gzip", diffId: layerOf(tar).diffId });
  await withBench(async (bench) => {
    const before = process.memoryUsage.rss();
    expect(await apply(bench, [layer], { limits: { maxEntries: 100_000 } })).toMatch(
      /more than 100000 entries/,
    );
    expect(process.memoryUsage.rss() - before).toBeLessThan(200 * 1024 * 1024);
  }, "/dev/shm");
}, 60_000);

function gzipOf(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 1 });
}
