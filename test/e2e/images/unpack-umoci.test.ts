/** unpack and raw unpack beside umoci's on the same images: the same trees to the last attribute and nanosecond, the same mtree. */

import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { bytesOfString } from "../../../src/codec/byte-string.ts";
import { inWork, makeImage } from "../../support/images.ts";
import { device, directory, fifo, file, hardLink, layerOf, symlink } from "../../support/layers.ts";
import { program } from "../../support/programs.ts";
import type { TarFile } from "../../support/tar.ts";
import { treeFacts } from "../../support/tree-facts.ts";
import { haveUmoci, REAL } from "../../support/umoci.ts";

const ROOT = process.getuid?.() === 0;
const able = haveUmoci() && ROOT;
const time = (seconds: number, nanoseconds = 0) => ({ seconds, nanoseconds });
/** Version 2, cap_net_raw, effective. */
const CAPABILITY = Uint8Array.of(1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
/** Version 2: user rwx, group r-x, mask r-x, other none; and user 1000 r-x. */
const ACL = bytesOfString(
  "\x02\0\0\0\x01\0\x07\0\xff\xff\xff\xff\x02\0\x05\0\xe8\x03\0\0\x04\0\x05\0\xff\xff\xff\xff\x10\0\x05\0\xff\xff\xff\xff\x20\0\0\0\xff\xff\xff\xff",
);
const LONG = `long/${"n".repeat(120)}/${"m".repeat(200)}`;

const BASE: TarFile[] = [
  directory("./", { mode: 0o711, mtime: time(1_600_000_000, 5) }),
  directory("etc", { mtime: time(1_500_000_000) }),
  file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n", {
    mtime: time(1),
  }),
  file("etc/group", "root:x:0:\nuser:x:1000:\n", { mtime: time(2) }),
  directory("bin", { mode: 0o755 }),
  file("bin/sh", "#!shell", { mode: 0o755, mtime: time(1_400_000_000, 123_456_789) }),
  file("bin/su", "su", { mode: 0o4755, uid: 0, gid: 0 }),
  file("bin/mail", "mail", { mode: 0o2755, uid: 8, gid: 12 }),
  file("bin/ping", "ping", { mode: 0o755, xattrs: new Map([["security.capability", CAPABILITY]]) }),
  hardLink("bin/ping4", "bin/ping"),
  symlink("lib", "usr/lib", { mtime: time(1_450_000_000, 7), uid: 3, gid: 4 }),
  directory("usr/lib", { mode: 0o755 }),
  file("lib/through", "a link"),
  directory("tmp", { mode: 0o1777 }),
  directory("srv", { mode: 0o2775, uid: 1000, gid: 50 }),
  file("srv/inherits", "x", { mode: 0o664 }),
  directory("srv/below", { mode: 0o755 }),
  file("srv/below/deep", "x", { uid: 5 }),
  directory("acl", { xattrs: new Map([["system.posix_acl_default", ACL]]) }),
  file("acl/file", "x", { mode: 0o644 }),
  directory("acl/dir", { mode: 0o755 }),
  file("acl/dir/file", "x", { mode: 0o600 }),
  fifo("run/pipe", { mode: 0o620, uid: 1 }),
  device("dev/null", 1, 3, { mode: 0o666 }),
  device("dev/odd", 259, 1_000_000, {
    mode: 0o640,
    gid: 6,
    xattrs: new Map([["trusted.t", bytesOfString("t")]]),
  }),
  // What other union file systems take for whiteouts and their own files means nothing here.
  device("dev/nothing", 0, 0, { mode: 0 }),
  file(".wh..wh.aufs", "", { mode: 0o444 }),
  directory(".wh..wh.plnk", { mode: 0o700 }),
  file(".wh..wh.plnk/123.4", "linked"),
  file("attributes", "x", {
    xattrs: new Map([
      ["user.one", bytesOfString("\0\xffbinary")],
      ["trusted.overlay.opaque", bytesOfString("y")],
      ["security.selinux", bytesOfString("ignored")],
    ]),
  }),
  file("closed", "secret", { mode: 0 }),
  directory("closed.d", { mode: 0 }),
  file("closed.d/f", "x", { mode: 0o400 }),
  file("na\xefve \\ [name]\n", "bytes"),
  file(LONG, "long name", { mtime: time(1_234_567_890) }),
  file("../../dots/f", "dots"),
  file("atime", "x", { atime: time(1_111_111_111, 1), mtime: time(1_222_222_222, 2) }),
  file("gone", "x"),
  file("stays", "x"),
  directory("opaque", { mtime: time(1_300_000_000) }),
  file("opaque/old", "x"),
  directory("opaque/sub"),
  file("opaque/sub/old", "x"),
  directory("becomes-file"),
  file("becomes-file/x", "x"),
  file("becomes-dir", "x"),
  directory("kept", { mode: 0o700 }),
  file("kept/below", "x"),
  file("old-hard", "content", { mtime: time(1_650_000_000) }),
];

const SECOND: TarFile[] = [
  file(".wh.gone"),
  file("opaque/.wh..wh..opq"),
  directory("opaque/sub", { mode: 0o750, mtime: time(1_310_000_000) }),
  file("opaque/new", "x"),
  file("becomes-file", "now a file"),
  directory("becomes-dir", { mode: 0o755, mtime: time(1_320_000_000) }),
  file("becomes-dir/in", "x"),
  directory("kept", { mode: 0o755, uid: 9, mtime: time(1_330_000_000) }),
  hardLink("new-hard", "old-hard"),
  file("acl/second", "x", { mode: 0o604 }),
  file("srv/second", "x"),
  symlink("dangling", "/no/where"),
  file("dangling/created", "through a dangling link"),
  file(".wh.never-was"),
  file("same", "x"),
  file(".wh.same"),
];

const THIRD: TarFile[] = [
  file("old-hard", "replaced", { mtime: time(1_660_000_000) }),
  directory("lib", { mode: 0o755, mtime: time(1_670_000_000), uid: 11 }),
  file("lib/third", "x"),
  directory("./", { mode: 0o755, mtime: time(1_680_000_000) }),
];

/** Directories that no entry describes have the time of the unpack. */
const IMPLIED = new Set([
  ".wh..wh.plnk",
  "usr",
  "run",
  "dev",
  "long",
  `long/${"n".repeat(120)}`,
  "dots",
  "no",
  "no/where",
]);

function comparable(root: string): { [path: string]: string } {
  const facts = treeFacts(root);
  for (const path of IMPLIED)
    if (facts[path] !== undefined) facts[path] = facts[path].replace(/ \d+\.\d+ ->/, " TIME ->");
  return facts;
}

/** The manifest without its head, times of directories, and the order of attributes, which umoci leaves to chance. */
function manifest(bundle: string): string[] {
  const name = readdirSync(bundle).find((one) => one.endsWith(".mtree")) ?? "";
  return readFileSync(`${bundle}/${name}`, "latin1")
    .split("\n")
    .filter((line) => !/^# +(user|machine|tree|date):/.test(line))
    .map((line) => {
      const [name = "", ...words] = line.split(" ");
      const isDirectory = words.includes("type=dir");
      const kept = words.filter((word) => !(isDirectory && word.startsWith("tar_time=")));
      const [plain, attributes] = [false, true].map((which) =>
        kept.filter((word) => word.startsWith("xattr.") === which),
      );
      return [name, ...(plain ?? []), ...(attributes ?? []).sort()].join(" ");
    });
}

function run(which: "umoci" | "ours", dir: string, words: string[], user?: number) {
  const command = [which === "umoci" ? REAL : program("umoci"), ...words];
  const as = user === undefined ? [] : ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--clear-groups"];
  const { exitCode, stderr } = Bun.spawnSync([...as, ...command], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? "", TZ: "UTC" },
  });
  return { exitCode, stderr: stderr.toString() };
}

/** Unpacks with both into `umoci` and `ours` below `dir`. */
function both(dir: string, verb: string[], flags: string[], user?: number): void {
  for (const which of ["umoci", "ours"] as const) {
    const { exitCode, stderr } = run(which, dir, [...verb, ...flags, "--image", "image", which], user);
    if (exitCode !== 0) throw new Error(`${which}: ${stderr}`);
  }
}

const CONFIG = { created: "2026-01-02T03:04:05Z", config: { User: "user", Env: ["A=b"], Cmd: ["sh"] } };

const WAYS: [string, string[]][] = [
  ["plainly", []],
  ["with --keep-dirlinks", ["--keep-dirlinks"]],
  [
    "with id maps",
    ["--uid-map", "0:100000:65536", "--gid-map", "0:200000:100", "--gid-map", "100:300000:65436"],
  ],
];

test.skipIf(!able).each(WAYS)("unpack %s", async (_, flags) => {
  await inWork((dir) => {
    makeImage(`${dir}/image`, [BASE, SECOND, THIRD], CONFIG);
    both(dir, ["unpack"], flags);
    expect(comparable(`${dir}/ours/rootfs`)).toEqual(comparable(`${dir}/umoci/rootfs`));
    expect(manifest(`${dir}/ours`)).toEqual(manifest(`${dir}/umoci`));
    for (const name of ["config.json", "umoci.json"]) {
      expect(readFileSync(`${dir}/ours/${name}`, "utf8")).toBe(readFileSync(`${dir}/umoci/${name}`, "utf8"));
    }
    const names = (bundle: string) =>
      readdirSync(bundle)
        .filter((one) => one !== ".hookwright-index")
        .sort();
    expect(names(`${dir}/ours`)).toEqual(names(`${dir}/umoci`));
    const modes = (bundle: string) =>
      Bun.spawnSync(["stat", "-c", "%a", ".", ...names(bundle)], { cwd: bundle }).stdout.toString();
    expect(modes(`${dir}/ours`)).toBe(modes(`${dir}/umoci`));
  });
});

test.skipIf(!able)("raw unpack, also over what is there", async () => {
  await inWork((dir) => {
    makeImage(`${dir}/image`, [BASE, SECOND, THIRD]);
    const before = `
      mkdir -p etc/old usr/lib/was opaque/sub/x becomes-dir kept; ln -s usr/lib lib; echo old >etc/passwd; echo x >opaque/old2
      setfattr -n user.old -v x etc; setfattr -n user.old -v x kept; ln -s etc link-to-etc; mkdir bin; echo >bin/other
      find . -exec touch -h -d 2001-02-03T04:05:06.789 {} +`;
    for (const which of ["umoci", "ours"]) {
      Bun.spawnSync(["sh", "-ec", `mkdir ${which}; cd ${which}; ${before}`], { cwd: dir });
    }
    both(dir, ["raw", "unpack"], []);
    expect(comparable(`${dir}/ours`)).toEqual(comparable(`${dir}/umoci`));
  });
});

test.skipIf(!able)("unpack --rootless, as an ordinary user", async () => {
  await inWork((dir) => {
    makeImage(`${dir}/image`, [BASE, SECOND, THIRD], CONFIG);
    Bun.spawnSync(["chmod", "-R", "a+rX", `${dir}/image`]);
    const user = 65533;
    Bun.spawnSync(["chown", `${user}:${user}`, dir]);
    both(dir, ["unpack"], ["--rootless"], user);
    expect(comparable(`${dir}/ours/rootfs`)).toEqual(comparable(`${dir}/umoci/rootfs`));
    expect(manifest(`${dir}/ours`)).toEqual(manifest(`${dir}/umoci`));
    for (const name of ["config.json", "umoci.json"]) {
      expect(readFileSync(`${dir}/ours/${name}`, "utf8")).toBe(readFileSync(`${dir}/umoci/${name}`, "utf8"));
    }
  });
});

test.skipIf(!able)("layers of every compression", async () => {
  await inWork((dir) => {
    const layers = [layerOf(BASE, "none"), layerOf(SECOND, "gzip"), layerOf(THIRD, "zstd")];
    makeImage(`${dir}/image`, layers);
    both(dir, ["unpack"], []);
    expect(comparable(`${dir}/ours/rootfs`)).toEqual(comparable(`${dir}/umoci/rootfs`));
  });
});

test.skipIf(!able)(
  "a system's own files, as GNU tar packs them",
  async () => {
    await inWork((dir) => {
      const pack = (format: string, ...names: string[]) => {
        const words = [
          "tar",
          "-C",
          "/",
          "--xattrs",
          "--acls",
          "--numeric-owner",
          `--format=${format}`,
          "-cf",
          "-",
        ];
        const { stdout } = Bun.spawnSync([...words, ...names], { maxBuffer: 1 << 30 });
        return layerOf(new Uint8Array(stdout), "gzip");
      };
      const layers = [
        pack("pax", "usr/sbin", "var/lib/dpkg/info"),
        pack("gnu", "usr/share/perl5", "usr/lib/tmpfiles.d"),
      ];
      makeImage(`${dir}/image`, layers, { created: CONFIG.created });
      both(dir, ["unpack"], []);
      const facts = comparable(`${dir}/ours/rootfs`);
      expect(Object.keys(facts).length).toBeGreaterThan(500);
      // umoci leaves the time of whatever made a directory in the root; ours stays as old as it was.
      const unsaid = ["", "usr", "usr/share", "usr/lib", "var", "var/lib", "var/lib/dpkg"];
      const without = (all: { [path: string]: string }) =>
        Object.fromEntries(Object.entries(all).filter(([path]) => !unsaid.includes(path)));
      expect(without(facts)).toEqual(without(comparable(`${dir}/umoci/rootfs`)));
      expect(manifest(`${dir}/ours`)).toEqual(manifest(`${dir}/umoci`));
    });
  },
  60_000,
);

test.skipIf(!able)("each tool validates and repacks the other's bundle without a difference", async () => {
  await inWork((dir) => {
    makeImage(`${dir}/image`, [BASE, SECOND, THIRD]);
    both(dir, ["unpack"], []);
    const name = readdirSync(`${dir}/ours`).find((one) => one.endsWith(".mtree")) ?? "";
    const validate = ["raw", "mtree-validate", "-f", `ours/${name}`, "-p", "ours/rootfs"];
    expect(run("umoci", dir, validate)).toEqual({ exitCode: 0, stderr: "" });
  });
});

/** Command lines that fail, or not, with the same status; messages of these are the same. */
const FAILURES: string[][] = [
  ["unpack"],
  ["unpack", "--image", "image"],
  ["unpack", "--image", "image", ""],
  ["unpack", "--image", "image", "a", "b"],
  ["raw", "unpack", "--image", "image"],
  ["unpack", "--image", "image:none", "b"],
  ["raw", "unpack", "--image", "image:none", "b"],
  ["unpack", "--image", "missing", "b"],
  ["unpack", "--image", "image", "there"],
  ["unpack", "--image", "image", "half"],
  ["unpack", "--uid-map", "x", "--image", "image", "b"],
];

test.skipIf(!able).each(FAILURES)("%s %s %s %s %s", async (...words) => {
  await inWork((dir) => {
    makeImage(`${dir}/image`, [BASE]);
    const prepare = "rm -rf there half; mkdir there half half/rootfs; echo >there/config.json";
    const fresh = (which: "umoci" | "ours") => {
      Bun.spawnSync(["sh", "-c", prepare], { cwd: dir });
      return run(which, dir, words);
    };
    const strip = ({ exitCode, stderr }: { exitCode: number; stderr: string }) => ({
      exitCode,
      stderr: stderr.replaceAll(" no such file or directory (ENOENT)", " no such file or directory"),
    });
    const [umoci, ours] = [fresh("umoci"), fresh("ours")];
    expect(strip(ours)).toEqual(strip(umoci));
  });
});
