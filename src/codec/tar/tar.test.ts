/** The reader against GNU tar's own archives, and the writer's bytes as Go's archive/tar makes them. */

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { archiveOf, entryOf, readAll } from "../../../test/support/tar.ts";
import { byteString, bytesOfString } from "../byte-string.ts";
import { TAR_END, tarHeader, tarPadding } from "./write.ts";

/** Makes an archive of what the shell script leaves in a new directory. */
function gnuTar(script: string, ...options: string[]): Uint8Array {
  const dir = mkdtempSync("/tmp/hookwright-test-");
  try {
    const made = Bun.spawnSync(["sh", "-ec", script], { cwd: dir });
    expect(made.stderr.toString()).toBe("");
    const packed = Bun.spawnSync(["tar", "--sort=name", ...options, "-cf", "-", "."], { cwd: dir });
    expect(packed.exitCode).toBe(0);
    return new Uint8Array(packed.stdout);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const LONG = "n".repeat(180);
const TREE = `
  mkdir d; printf hello > d/file; ln d/file d/hard; ln -s /etc/x d/sym; mkfifo d/pipe
  mkdir -p ${LONG}/${LONG}; printf deep > ${LONG}/${LONG}/f; ln -s ${LONG}/${LONG} long
  touch -d '1969-12-31T23:59:58.25Z' d/old; touch -d '2262-01-01T00:00:00Z' d/late
  if [ "$(id -u)" = 0 ]; then mknod d/null c 1 3; chown 3000000:70000 d/file; fi
`;

test.each(["gnu", "pax", "oldgnu"])("reads what GNU tar writes as %s, in pieces of any size", (format) => {
  const archive = gnuTar(TREE, `--format=${format}`, "--numeric-owner");
  const whole = readAll(archive);
  for (const piece of [1, 511, 512, 513, 4096]) expect(readAll(archive, piece)).toEqual(whole);
  const by = new Map(whole.map((one) => [byteString(one.entry.name), one]));
  const { entry, content } = by.get("./d/file")!;
  expect(byteString(content)).toBe("hello");
  if (process.getuid?.() === 0) {
    expect([entry.uid, entry.gid]).toEqual([3000000, 70000]);
    const device = by.get("./d/null")!.entry;
    expect([device.type, device.major, device.minor]).toEqual(["characterDevice", 1, 3]);
  }
  expect(by.get("./d/hard")!.entry).toMatchObject({ type: "hardLink", size: 0 });
  expect(byteString(by.get("./d/hard")!.entry.link)).toBe("./d/file");
  expect(byteString(by.get("./d/sym")!.entry.link)).toBe("/etc/x");
  expect(by.get("./d/pipe")!.entry.type).toBe("fifo");
  expect(byteString(by.get(`./${LONG}/${LONG}/f`)!.content)).toBe("deep");
  expect(byteString(by.get("./long")!.entry.link)).toBe(`${LONG}/${LONG}`);
  const old = by.get("./d/old")!.entry.mtime;
  expect(old).toEqual(
    format === "pax" ? { seconds: -2, nanoseconds: 250_000_000 } : { seconds: -2, nanoseconds: 0 },
  );
  expect(by.get("./d/late")!.entry.mtime.seconds).toBe(9214646400);
});

test.each([
  ["old GNU", ["--format=gnu"]],
  ["0.0", ["--format=pax", "--sparse-version=0.0"]],
  ["0.1", ["--format=pax", "--sparse-version=0.1"]],
  ["1.0", ["--format=pax", "--sparse-version=1.0"]],
])("reads sparse files of format %s", (_, options) => {
  const script = `
    truncate -s 3000000 holes
    for i in 1 3 5 7 9 11 13 15 17 19 21 23 25 27 29 31 33 35 37 39; do
      printf "run $i" | dd of=holes bs=65536 seek=$i conv=notrunc status=none; done; truncate -s 3000000 holes
    truncate -s 100000 empty`;
  const archive = gnuTar(script, "--sparse", ...options);
  expect(archive.length).toBeLessThan(1_000_000);
  for (const piece of [archive.length, 700]) {
    const by = new Map(readAll(archive, piece).map((one) => [byteString(one.entry.name), one]));
    const { content } = by.get("./holes")!;
    const expected = new Uint8Array(3_000_000);
    for (let i = 1; i < 40; i += 2) expected.set(bytesOfString(`run ${i}`), i * 65536);
    expect(Buffer.compare(content, expected)).toBe(0);
    expect(by.get("./empty")!.content).toEqual(new Uint8Array(100000));
  }
});

test("a plain entry is one ustar header", () => {
  const header = tarHeader(
    entryOf("etc/hosts", { size: 12, mtime: { seconds: 1700000000, nanoseconds: 0 } }),
  );
  const text = byteString(header);
  expect(header.length).toBe(512);
  expect(text.slice(0, 10)).toBe("etc/hosts\0");
  expect(text.slice(100, 157)).toBe(
    "0000644\x000000000\x000000000\x0000000000014\x0014524770400\x00011100\0 0",
  );
  expect(text.slice(257, 265)).toBe("ustar\x0000");
  expect(text.slice(329, 345)).toBe("0000000\x000000000\x00");
  expect(text.slice(265, 329) + text.slice(345)).toBe("\0".repeat(64 + 167));
});

test("a long name is split at a slash while ustar can, and is an extended record beyond", () => {
  const split = `${"d".repeat(90)}/${"f".repeat(90)}`;
  const header = byteString(tarHeader(entryOf(split)));
  expect(header.length).toBe(512);
  expect(header.slice(0, 91)).toBe(`${"f".repeat(90)}\0`);
  expect(header.slice(345, 436)).toBe(`${"d".repeat(90)}\0`);

  const long = `${"d".repeat(90)}/${"f".repeat(101)}`;
  const extended = byteString(tarHeader(entryOf(long)));
  expect(extended.length).toBe(3 * 512);
  expect(extended.slice(0, 100)).toBe(`${"d".repeat(90)}/PaxHeader`.slice(0, 100));
  expect(extended.slice(156, 157)).toBe("x");
  expect(extended.slice(329, 345)).toBe("\0".repeat(16));
  expect(extended.slice(512, 512 + 202)).toBe(`202 path=${long}\n`);
  expect(extended.slice(1024, 1124)).toBe(long.slice(0, 100));
});

test("records are sorted, and count their own digits", () => {
  const entry = entryOf("bin/\xc3\xa4", {
    uid: 3_000_000,
    mtime: { seconds: -2, nanoseconds: 250_000_000 },
    xattrs: new Map([
      ["user.b", bytesOfString("\0\xff")],
      ["security.capability", bytesOfString("x".repeat(80))],
    ]),
  });
  const text = byteString(tarHeader(entry));
  expect(text.slice(0, 18)).toBe("bin/PaxHeaders.0\0\0");
  expect(text.slice(512, 1024).replace(/\0+$/, "")).toBe(
    `118 SCHILY.xattr.security.capability=${"x".repeat(80)}\n` +
      "26 SCHILY.xattr.user.b=\0\xff\n" +
      "15 mtime=-1.75\n" +
      "15 path=bin/\xc3\xa4\n" +
      "15 uid=3000000\n",
  );
  expect(text.slice(1024, 1029)).toBe("bin/\0");
  expect(text.slice(1024 + 108, 1024 + 116)).toBe("0000000\0");
});

test("refuses archives that end early, and headers whose checksum is wrong", () => {
  const archive = archiveOf([{ entry: entryOf("a", { size: 3 }), content: bytesOfString("abc") }]);
  expect(() => readAll(archive.subarray(0, 700))).not.toThrow();
  expect(() => readAll(archive.subarray(0, 514))).toThrow("middle of an entry");
  expect(() => readAll(archive.subarray(0, 300))).toThrow("middle of an entry");
  const wrong = archive.slice();
  wrong[0] = 0x62;
  expect(() => readAll(wrong)).toThrow("checksum");
  expect(() => readAll(bytesOfString("no archive at all".repeat(40)))).toThrow("read tar archive");
});

test("numbers that cannot be exact, and headers that are too long, are refused", () => {
  const good = tarHeader(entryOf("a"));
  const withSize = (bytes: number[]) => {
    const header = good.slice();
    header.set(bytes, 124);
    return fixed(header);
  };
  expect(() => readAll(withSize([0x80, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0, 1]))).toThrow("out of range");
  expect(() =>
    readAll(withSize([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
  ).toThrow("negative");
  const long = withSize([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0, 0]);
  long[156] = 0x78;
  expect(() => readAll(fixed(long))).toThrow("too long");
});

/** The header with a checksum that holds. */
function fixed(header: Uint8Array): Uint8Array {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.set(bytesOfString(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return header;
}

test("global records hold until they are taken back; both kinds of attributes are read", () => {
  const records = (text: string, flag: number) => {
    const header = tarHeader(entryOf("h", { size: text.length }));
    header[156] = flag;
    return Buffer.concat([fixed(header), bytesOfString(text), tarPadding(text.length)]);
  };
  const archive = Buffer.concat([
    records("12 gname=wg\n10 uid=42\n", 0x67),
    tarHeader(entryOf("a")),
    records("10 uid=43\n9 gname=\n34 LIBARCHIVE.xattr.user.%41=AAH/\n25 SCHILY.xattr.user.b=c\n", 0x78),
    tarHeader(entryOf("b")),
    TAR_END,
  ]);
  const [a, b] = readAll(archive).map(({ entry }) => entry);
  expect([a?.uid, byteString(a!.gname)]).toEqual([42, "wg"]);
  expect([b?.uid, byteString(b!.gname)]).toEqual([43, ""]);
  expect(b?.xattrs.get("user.A")).toEqual(new Uint8Array([0, 1, 255]));
  expect(b?.xattrs.get("user.b")).toEqual(bytesOfString("c"));
});
