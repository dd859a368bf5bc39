/**
 * raw runtime-config beside the real umoci, and where ours does better on purpose: the image's files never lead to the host's,
 * and an image's own HOME stays.
 */

import { beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { makeLayout } from "../../support/layout.ts";
import { built } from "../../support/programs.ts";
import { haveUmoci, runBoth, runIn } from "../../support/umoci.ts";
import { workDirectory } from "../../support/work-directory.ts";

const ready = built("umoci") && haveUmoci();
const work = workDirectory();
const start = `${work}/start`;
const USERS = [
  "",
  "0",
  "u",
  "v",
  "u:g",
  "u:",
  ":g",
  "1000",
  "1000:78",
  "5000",
  "5000:6000",
  "+5",
  "007",
  "n",
  "x",
];
const WRONG = ["nobody", " u", "u:nog", "v:v", "4294967295", "-1", "1000:-1"];
const tagOf = (user: string) => `u${[...USERS, ...WRONG].indexOf(user)}`;

beforeAll(() => {
  mkdirSync(`${start}/rootfs/etc`, { recursive: true });
  const passwd = [
    "root:x:0:0::/root:/bin/sh",
    "",
    "u:x:1000:1001::/home/u:/bin/sh",
    " v:x:1002:1003::/home/v:",
    "n:x:many:few",
    "x:x:7:8:::",
  ];
  writeFileSync(`${start}/rootfs/etc/passwd`, passwd.join("\n"));
  writeFileSync(`${start}/rootfs/etc/group`, "root:x:0:\ng:x:77:u,v\nh:x:78:v\nw:x:1001:\n");
  const layout = makeLayout(`${start}/l`);
  const created = "2020-01-02T03:04:05.67Z";
  const image = (config: object, more = {}) => layout.image({ created, config, ...more });
  const users = [...USERS, ...WRONG].map((User) => [tagOf(User), image({ User })]);
  layout.tags({
    ...Object.fromEntries(users),
    rich: image(
      {
        User: "u",
        ExposedPorts: { "80/tcp": {}, "9": {}, "10": {} },
        Env: ["A=1", "TERM=vt100", "C=", "A=2", "P=<&>"],
        Entrypoint: ["/bin/sh"],
        Cmd: ["ü", "\u0001", ""],
        Volumes: { "/v": {}, "/a/../b": {}, "9": {} },
        WorkingDir: "/a b",
        Labels: { z: "1", "org.opencontainers.image.os": "beos", "10": "x", "9": "y" },
        StopSignal: "SIGTERM",
      },
      { author: "me <m@e>", architecture: "arm", variant: "v7", "os.version": "1" },
    ),
    home: image({ User: "u", Env: ["HOME=/mine"] }),
    windows: image({}, { os: "windows" }),
    noequals: image({ Env: ["A"] }),
    noname: image({ Env: ["=A"] }),
  });
});

/** Compares status, messages and the written file of one command line. */
function same(...words: string[]): void {
  const { umoci, ours } = runBoth(work, start, [["raw", "runtime-config", ...words]]);
  const pick = ({ code, stderr, stdout, files }: (typeof ours)[number]) => ({
    code,
    stderr,
    stdout,
    file: files["c.json"],
  });
  expect(pick(ours[0]!)).toEqual(pick(umoci[0]!));
}

describe.skipIf(!ready)("beside umoci", () => {
  test.each(USERS)("the user %p", (user) => {
    same("--image", `l:${tagOf(user)}`, "--rootfs", "rootfs", "c.json");
    same("--image", `l:${tagOf(user)}`, "c.json");
  });

  test.each(WRONG)("the user %p, who is not there", (user) => {
    const { umoci, ours } = runBoth(work, start, [
      ["raw", "config", "--image", `l:${tagOf(user)}`, "--rootfs", "rootfs", "c.json"],
    ]);
    expect([ours[0]!.code, ours[0]!.stderr]).toEqual([umoci[0]!.code, umoci[0]!.stderr]);
    // Ours leaves no empty file behind.
    expect(ours[0]!.files["c.json"]).toBeUndefined();
    same("--image", `l:${tagOf(user)}`, "c.json");
  });

  test.each([
    [[]],
    [["--rootfs", "rootfs"]],
    [["--rootfs", "rootfs/"]],
    [["--rootfs", "./rootfs/."]],
    [["--rootfs", "/"]],
    [["--rootfs", ""]],
    [["--uid-map", "0:1000", "--uid-map", "5:6:7"]],
    [["--uid-map", "0:1000:5", "--gid-map", "1:2:3", "--rootfs", "rootfs"]],
    [["--rootless"]],
    [["--rootless", "--rootfs", "rootfs"]],
    [["--rootless", "--uid-map", "0:7:8", "--rootfs", "rootfs"]],
  ])("an image that says much, with %p", (flags) => {
    // Users of / are the machine's own.
    const tag = flags.includes("/") ? "u1" : "rich";
    same("--image", `l:${tag}`, ...flags, "c.json");
  });

  test.each(["windows", "noequals", "noname", "missing"])("the image %s fails alike", (tag) => {
    const { umoci, ours } = runBoth(work, start, [["raw", "config", "--image", `l:${tag}`, "c.json"]]);
    expect([ours[0]!.code, ours[0]!.stderr]).toEqual([umoci[0]!.code, umoci[0]!.stderr]);
  });
});

describe.skipIf(!built("umoci"))("on its own", () => {
  const home = `${work}/home`;
  const make = () => {
    rmSync(home, { recursive: true, force: true });
    mkdirSync(`${home}/etc`, { recursive: true });
  };
  const run = (tag: string) =>
    runIn(work, "ours", ["raw", "config", "--image", `start/l:${tag}`, "--rootfs", "home", "out.json"]);
  const written = () => JSON.parse(readFileSync(`${work}/out.json`, "utf8"));

  test("an image's own HOME stays", () => {
    make();
    writeFileSync(`${home}/etc/passwd`, "u:x:1:2::/other:");
    expect(run("home").code).toBe(0);
    expect(written().process.env.filter((one: string) => one.startsWith("HOME"))).toEqual(["HOME=/mine"]);
  });

  test.each(["/etc/passwd", "../../../../../../../../etc/passwd", "/proc/self/root/etc/passwd"])(
    "a passwd file that is a link to %s never is the host's",
    (target) => {
      make();
      symlinkSync(target, `${home}/etc/passwd`);
      const { code, stderr } = run(tagOf("u"));
      expect([code, stderr]).toEqual([1, expect.stringContaining("unable to find user u")]);
      expect(run(tagOf("0")).code).toBe(0);
      expect(written().process.env.join()).not.toContain("HOME");
    },
  );

  test("a link within the image is followed", () => {
    make();
    mkdirSync(`${home}/usr`);
    writeFileSync(`${home}/usr/passwd`, "u:x:11:12::/h:");
    symlinkSync("/usr/passwd", `${home}/etc/passwd`);
    expect(run(tagOf("u")).code).toBe(0);
    expect(written().process.user).toEqual({ uid: 11, gid: 12 });
  });

  test("a FIFO, a device and a directory are refused, not waited for", () => {
    for (const words of [["mkfifo"], ["mknod", "-m", "666"], ["mkdir"]]) {
      make();
      const device = words[0] === "mknod" ? ["c", "1", "5"] : [];
      Bun.spawnSync([...words, `${home}/etc/passwd`, ...device]);
      const { code, stderr } = run(tagOf("0"));
      expect([words[0], code, stderr]).toEqual([words[0], 1, expect.stringContaining("no regular file")]);
    }
  });

  test("a file larger than any real one is refused", () => {
    make();
    Bun.spawnSync(["truncate", "-s", "17M", `${home}/etc/passwd`]);
    expect(run(tagOf("0"))).toMatchObject({ code: 1, stderr: expect.stringContaining("file too large") });
  });
});
