/**
 * init, new, tag, list, stat, remove, gc and config beside the real umoci: the same words leave the same bytes in a layout,
 * print the same and end with the same status. SOURCE_DATE_EPOCH makes both deterministic.
 */

import { beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, rmSync } from "node:fs";
import { makeLayout } from "../../support/layout.ts";
import { built } from "../../support/programs.ts";
import { haveUmoci, runBoth, runIn } from "../../support/umoci.ts";
import { workDirectory } from "../../support/work-directory.ts";

const ready = built("umoci") && haveUmoci();
if (!ready) console.warn("umoci is not there to compare with: not an amd64, or no Debian mirror");
const work = workDirectory();
const start = `${work}/start`;
const EPOCH = { SOURCE_DATE_EPOCH: "1000000000" };

/** Compares what both did, line by line: status, output and all files. */
function same(lines: string[][], { env = EPOCH, from = start } = {}): void {
  const { umoci, ours } = runBoth(work, from, lines, env);
  for (const [at, real] of umoci.entries()) {
    const own = ours[at]!;
    const seen = (one: typeof real) => ({
      words: lines[at],
      code: one.code,
      // Help is in our own words.
      stdout: one.stdout.startsWith("Incorrect Usage") || /^NAME:/.test(one.stdout) ? "" : one.stdout,
      stderr: one.stderr,
      files: one.files,
    });
    expect(seen(own)).toEqual(seen(real));
  }
}

beforeAll(() => {
  mkdirSync(start);
  const layout = makeLayout(`${start}/l`);
  const layer = (name: string, type = "") =>
    layout.put(name, `application/vnd.oci.image.layer.v1.tar${type}`);
  const diffs = ["1", "2"].map((digit) => `sha256:${digit.repeat(64)}`);
  const rich = layout.image(
    {
      created: "2020-01-02T03:04:05.678900000+02:00",
      author: "Some One <one@example.org>",
      "os.version": "10",
      "os.features": ["f,g", "h"],
      config: {
        User: "user:group",
        ExposedPorts: { "80/tcp": {}, "a b": {} },
        Env: ["A=1", "B=x y", "C=", "A=2"],
        Entrypoint: ["/bin/sh", "-c"],
        Cmd: ["echo 'hi'", "ü", "\u0001", ""],
        Volumes: { "/v": {}, "/w,x": {} },
        WorkingDir: "/a b",
        Labels: { a: "l1\nl2", "b c": "d,e", é: 'q"u' },
        StopSignal: "SIGTERM",
      },
      rootfs: { type: "layers", diff_ids: diffs },
      history: [
        { created: "2020-01-01T00:00:00Z", created_by: "first\tlayer", comment: "c c" },
        { created: "2020-01-01T00:00:00Z", created_by: "nothing", empty_layer: true, author: "x" },
        { created: "2020-01-01T00:00:00.5Z", created_by: "日本" },
      ],
    },
    {
      layers: [
        layer("x".repeat(12345), "+gzip"),
        { ...layer("y"), annotations: { k: "v" }, urls: ["http://a b/"] },
      ],
      annotations: { "org.example": "v,w", "<&>": "" },
    },
  );
  const plain = layout.image({ created: "2020-01-01T00:00:00Z" });
  const nested = layout.list([{ ...plain, platform: { os: "linux", architecture: "amd64" } }], {
    annotations: { k: "v" },
  });
  const both = layout.list([plain, rich]);
  layout.tags({ rich, plain, nested: { ...nested, annotations: { x: "<y>" } }, both });
  layout.put("garbage", "x");
});

const config = (...flags: string[]) => ["config", "--image", "l:plain", ...flags];

describe.skipIf(!ready)("beside umoci", () => {
  test("layouts are made, and images in them", () => {
    same(
      [
        ["init", "--layout", "new"],
        ["init", "--layout", "new"],
        ["init", "--layout", "deep/er/new"],
        ["list", "--layout", "new"],
        ["new", "--image", "new"],
        ["new", "--image", "new:a/b.c_d--e:1"],
        ["stat", "--image", "new", "--json"],
        ["ls", "-layout=new"],
        ["gc", "--layout", "new"],
      ],
      { from: `${work}/nothing` },
    );
  });

  test("tags are given, listed and taken away", () => {
    same([
      ["list", "--layout", "l"],
      ["tag", "--image", "l:plain", "other"],
      ["tag", "--image", "l:plain", "plain"],
      ["tag", "--image", "l:plain", "rich"],
      ["list", "--layout", "l/"],
      ["rm", "--image", "l:rich"],
      ["rm", "--image", "l:rich"],
      ["remove", "--image", "l:nested"],
      ["list", "--layout", "l"],
      ["gc", "--layout", "l"],
      ["gc", "--layout", "l"],
    ]);
  });

  test.each([["plain"], ["rich"], ["none"]])("%s is shown", (tag) => {
    same([
      ["stat", "--image", `l:${tag}`],
      ["stat", "--image", `l:${tag}`, "--json"],
    ]);
  });

  test("an image in an index is shown", () => {
    same([["stat", "--image", "l:nested", "--json"]]);
  });

  test.each([
    [[]],
    [["--tag", "new"]],
    [["--config.user", "u:g", "--author", "me <m@e>", "--created", "2021-01-01T00:00:00.120+01:00"]],
    [["--config.env", "A=b", "--config.env", "A=c", "--config.env", "B=", "--config.env", "PATH=x y"]],
    [["--config.entrypoint", "a", "--config.entrypoint", "b c", "--config.cmd", "-c", "--config.cmd=--x=y"]],
    [["--config.entrypoint", "", "--config.cmd", "a", "--config.cmd", "", "--config.cmd", "b"]],
    [["--config.label", "z=1", "--config.label", "a=<&>", "--config.label", "10=a", "--config.label", "9=b"]],
    [
      [
        "--config.volume",
        "/v",
        "--config.volume",
        "/u",
        "--config.exposedports",
        "80",
        "--config.exposedports",
        "9",
      ],
    ],
    [["--config.workingdir", "/w", "--config.stopsignal", "SIGINT", "--config.user", ""]],
    [["--platform.os", "linux", "--platform.arch", "arm64"]],
    [["--os", "freebsd", "--architecture", "riscv64"]],
    [["--manifest.annotation", "b=\u2028", "--manifest.annotation", "a="]],
    [["--no-history"]],
    [["--no-history", "--author", "x"]],
    [["--history.author", "a", "--history.comment", "c", "--history.created_by", "by"]],
    [["--history.created", "2001-02-03T04:05:06Z", "--author", "b"]],
    [["--history.author", "", "--history.comment", "", "--history.created_by", ""]],
  ])("config %p", (flags) => {
    same([config(...flags)]);
  });

  test.each([
    [["--config.env", "A"]],
    [["--config.env", "=b"]],
    [["--config.env", ""]],
    [["--config.label", "a"]],
    [["--config.label", "=a"]],
    [["--created", "now"]],
    [["--created", "2021-13-01T00:00:00Z"]],
    [["--created", "2021-02-29T00:00:00Z"]],
    [["--created", "2021-02-03T04:05:06"]],
    [["--created", "2021-02-03T04:05:06Zz"]],
    [["--history.created", "2021"]],
    [["--clear", "x"]],
    [["--clear", ""]],
    [["--clear", "rootfs.diffids"]],
    [["--tag", "a b"]],
    [["--tag", ""]],
    [["--no-history", "--history.comment=x"]],
    [["--os", "a", "--platform.os", "b"]],
    [["--bogus"]],
    [["--config.user"]],
    [["--no-history=maybe"]],
    [["positional"]],
    [["--", "positional"]],
    [["--config.env", "A", "--clear", "x"]],
    [["--created", "x", "--config.env", "A"]],
    [["--history.created", "x", "--config.env", "A"]],
    [["--config.label", "x", "--config.env", "A"]],
    [["--created", "x", "--no-history", "--history.comment", "y", "--tag", "="]],
  ])("config %p fails alike", (flags) => {
    same([config(...flags)]);
  });

  test.each([["labels"], ["env"], ["exposedports"], ["volume"], ["cmd"], ["entrypoint"]])(
    "--clear config.%s",
    (key) => {
      same([
        config(
          "--config.env",
          "A=b",
          "--config.label",
          "A=b",
          "--config.volume",
          "A",
          "--config.exposedports",
          "B",
        ),
        config("--config.cmd", "A", "--config.entrypoint", "A", "--manifest.annotation", "A=b"),
        config("--clear", `config.${key}`),
        config("--clear", `config.${key}`, "--clear", "manifest.annotations", "--config.env", "C=d"),
      ]);
    },
  );

  test("an image in an index is changed, and the index around it", () => {
    same([
      ["config", "--image", "l:nested", "--author", "x"],
      ["config", "--image", "l:nested", "--tag", "n2"],
      ["list", "--layout", "l"],
    ]);
  });

  test.each([
    [["stat"]],
    [["stat", "--image", "nowhere"]],
    [["stat", "--image", "l:"]],
    [["stat", "--image", ":x"]],
    [["stat", "--image", "l:a b"]],
    [["stat", "--image", "l:é"]],
    [["stat", "--image", "l:both"]],
    [["stat", "--json", "word", "--image", "l:plain"]],
    [["stat", "word", "--image", "l:plain"]],
    [["stat", "--image", "l:plain", "--", "--json"]],
    [["stat", "-image", "l:plain", "--json=false"]],
    [["stat", "---image"]],
    [["stat", "-=x"]],
    [["stat", "--image", "l:plain", "-"]],
    [["stat", "--image"]],
    [["stat", "--image", "l", "--json=2"]],
    [["stat", "help"]],
    [["list"]],
    [["list", "--layout", ""]],
    [["list", "--layout", "l:x"]],
    [["list", "--layout", "l", "x"]],
    [["list", "--image", "l"]],
    [["tag", "--image", "l:plain"]],
    [["tag", "--image", "l:plain", "a", "b"]],
    [["tag", "--image", "l:plain", ""]],
    [["tag", "--image", "l:plain", "a b"]],
    [["tag", "--image", "l:none", "a"]],
    [["tag", "a", "--image", "l:plain"]],
    [["config", "--image", "l:both"]],
    [["new", "--image", "l:x", "word"]],
    [["init", "--layout", "l", "word"]],
    [["gc", "--layout", "nowhere"]],
    [["bogus"]],
    [["raw", "bogus"]],
    [["help", "bogus"]],
    [["--log", "bogus", "list", "--layout", "l"]],
    [["--log", "info", "--verbose", "list", "--layout", "l"]],
    [["--log", "WARNING", "list", "--layout", "l"]],
    [["--log=error", "list", "--layout", "l"]],
    [["--verbose=false", "list", "--layout", "l"]],
    [["raw", "--bogus"]],
    [["raw", "config", "--image", "l:plain"]],
    [["raw", "config", "--image", "l:plain", ""]],
    [["raw", "config", "--image", "l:plain", "c", "--uid-map", "x"]],
    [["raw", "config", "--image", "l:plain", "c", "--uid-map", "0:0:x"]],
    [["raw", "config", "--image", "l:plain", "c", "--gid-map", "0:0:0:0"]],
    [["raw", "config", "--image", "l:plain", "c", "--gid-map", "-1:0"]],
    [["raw", "config", "--image", "l:plain", "c", "--gid-map", "0:4294967296"]],
  ])("%p ends alike", (words) => {
    same([words]);
  });

  test.each([
    [[]],
    [["--help"]],
    [["-h"]],
    [["help"]],
    [["h", "stat"]],
    [["help", "stat"]],
    [["stat", "--help"]],
    [["raw"]],
    [["raw", "help"]],
    [["raw", "-h"]],
    [["raw", "config", "-h"]],
    [["--version"]],
    [["-v", "x"]],
  ])("%p is answered on standard output", (words) => {
    const { umoci, ours } = runBoth(work, start, [words]);
    expect(ours[0]).toMatchObject({ code: 0, stderr: "" });
    const head = (text: string) =>
      text.split("\n")[words.includes("--version") || words.includes("-v") ? 0 : 1]!.split(" - ")[0]!;
    expect(head(ours[0]!.stdout).replace(/ \(.*\)/, "")).toBe(head(umoci[0]!.stdout).replace(/\+ds.*/, ""));
  });

  test("each goes on where the other stopped", () => {
    const dir = `${work}/turns`;
    mkdirSync(dir);
    const lines = [
      ["init", "--layout", "l"],
      ["new", "--image", "l:a"],
      ["config", "--image", "l:a", "--config.env", "A=1", "--manifest.annotation", "x=y"],
      ["tag", "--image", "l:a", "b"],
      ["config", "--image", "l:b", "--tag", "c", "--clear", "config.env"],
      ["remove", "--image", "l:a"],
      ["gc", "--layout", "l"],
      ["stat", "--image", "l:c", "--json"],
    ];
    const run = (first: number) => {
      rmSync(`${dir}/l`, { recursive: true, force: true });
      return lines.map((words, at) => runIn(dir, at % 2 === first ? "umoci" : "ours", words, EPOCH)).at(-1);
    };
    const [ours, umoci] = [run(1), run(0)];
    expect(ours).toMatchObject({ code: 0, stderr: "" });
    expect(ours).toEqual(umoci);
  });

  test("a flag before the command that is unknown", () => {
    const { umoci, ours } = runBoth(work, start, [["--bogus", "list"]]);
    const said = (text: string) => text.replace(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d/, "TIME");
    expect(ours[0]!.code).toBe(umoci[0]!.code);
    expect(said(ours[0]!.stderr)).toBe(said(umoci[0]!.stderr));
  });

  test.each(["", "x", "1.5", " 5", "+5", "-5", "9223372036854775808"])("SOURCE_DATE_EPOCH=%p", (seconds) => {
    const { umoci, ours } = runBoth(work, start, [["new", "--image", "l:x"]], { SOURCE_DATE_EPOCH: seconds });
    expect([ours[0]!.code, ours[0]!.stderr]).toEqual([umoci[0]!.code, umoci[0]!.stderr]);
    if (seconds.length === 2) expect(ours[0]!.files).toEqual(umoci[0]!.files);
  });
});
