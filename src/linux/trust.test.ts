/** The trust chain (attacks A7 to A11, A13): each test makes one thing wrong and names what must be said about it. */

import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tempRoot } from "../../test/support/root.ts";
import { primitive } from "../host/bun.ts";
import { bind } from "./primitive.ts";
import { checkTrusted, openTrusted } from "./trust.ts";

bind(primitive);
const root = tempRoot();
afterAll(() => root.remove());

let made = 0;
/** A trusted file in a directory of its own. */
function file(mode = 0o755): { dir: string; path: string } {
  const dir = `${root.work}/${made++}`;
  mkdirSync(`${dir}/bin`, { recursive: true, mode: 0o755 });
  const path = `${dir}/bin/hook`;
  writeFileSync(path, "#!/bin/true\n");
  chmodSync(path, mode);
  return { dir, path };
}

function reason(path: string): string {
  const verdict = checkTrusted(path);
  return verdict.ok ? "ok" : verdict.reason;
}

test("a file of root in directories of root is trusted, and its size and mode are told", () => {
  expect(checkTrusted(file().path)).toMatchObject({ ok: true, mode: 0o755, uid: 0, size: 12 });
});

test("an opened file can be read by its descriptor", () => {
  const opened = openTrusted(file().path);
  if (!opened.ok) throw new Error(opened.message);
  expect(readFileSync(opened.fd, "utf8")).toStartWith("#!");
  expect(opened.fd).toBeGreaterThan(2);
  closeSync(opened.fd);
});

test("A7: a symbolic link is refused as the file and as a directory on the way", () => {
  const { dir, path } = file();
  symlinkSync(path, `${dir}/link`);
  expect(reason(`${dir}/link`)).toBe("symlink");
  symlinkSync(`${dir}/bin`, `${dir}/elsewhere`);
  expect(checkTrusted(`${dir}/elsewhere/hook`)).toMatchObject({
    reason: "symlink",
    path: `${dir}/elsewhere`,
  });
});

test("A8: a hard link in a writable directory is refused for its directory", () => {
  const { dir, path } = file();
  mkdirSync(`${dir}/open`);
  chmodSync(`${dir}/open`, 0o1777);
  linkSync(path, `${dir}/open/hook`);
  expect(checkTrusted(`${dir}/open/hook`)).toMatchObject({ reason: "writable", path: `${dir}/open` });
});

test("A9: group's and others' write bits are refused on the file and on every directory above", () => {
  expect(reason(file(0o775).path)).toBe("writable");
  expect(reason(file(0o757).path)).toBe("writable");
  const { dir, path } = file();
  chmodSync(dir, 0o775);
  expect(checkTrusted(path)).toMatchObject({ reason: "writable", path: dir });
});

test.skipIf(Bun.which("setfacl") === null)("A9: an ACL that grants write is refused", () => {
  const { path } = file();
  Bun.spawnSync(["setfacl", "-m", "u:1000:rwx", path]);
  expect(reason(path)).toBe("acl");
});

test("A9: an ACL entry for another user, made without setfacl, is refused", () => {
  const { path } = file();
  // version 2, then tag/perm/id: user::rwx, user:1000:rw-, group::r-x, mask::rwx, other::r-x
  const acl = "0200000001000700ffffffff02000600e803000004000500ffffffff10000700ffffffff20000500ffffffff";
  const code = `import os; os.setxattr(${JSON.stringify(path)}, "system.posix_acl_access", bytes.fromhex("${acl}"))`;
  const done = Bun.spawnSync(["python3", "-c", code]);
  if (done.success) expect(reason(path)).toBe("acl");
});

test("A10: another owner is refused for the file and for a directory above", () => {
  const { dir, path } = file();
  chownSync(path, 1000, 0);
  expect(checkTrusted(path)).toMatchObject({ reason: "owner", path });
  chownSync(path, 0, 0);
  chownSync(dir, 65534, 0);
  expect(checkTrusted(path)).toMatchObject({ reason: "owner", path: dir });
});

test("A11: setuid, setgid and file capabilities are refused", () => {
  expect(reason(file(0o4755).path)).toBe("setid");
  expect(reason(file(0o2755).path)).toBe("setid");
  const { path } = file();
  // VFS_CAP_REVISION_2, cap_setuid permitted.
  const caps = "0000000280000000000000000000000000000000";
  const code = `import os; os.setxattr(${JSON.stringify(path)}, "security.capability", bytes.fromhex("${caps}"))`;
  if (Bun.spawnSync(["python3", "-c", code]).success) expect(reason(path)).toBe("capabilities");
});

test("A13: a noexec mount is refused for a program, not for data", () => {
  const dir = `${root.work}/noexec`;
  mkdirSync(dir);
  if (!Bun.spawnSync(["mount", "-t", "tmpfs", "-o", "noexec,mode=0755", "none", dir]).success) return;
  writeFileSync(`${dir}/hook`, "");
  expect(reason(`${dir}/hook`)).toBe("noexec");
  expect(checkTrusted(`${dir}/hook`, "data").ok).toBe(true);
});

test("what is no plain absolute path, no file or not there is refused", () => {
  const { dir, path } = file();
  for (const odd of [
    "bin/hook",
    `${dir}//bin/hook`,
    `${dir}/bin/../bin/hook`,
    `${dir}/./bin/hook`,
    `${path}/`,
    "/",
    "",
  ]) {
    expect(reason(odd)).toBe("not_absolute");
  }
  expect(reason(`${path}\0`)).toBe("not_absolute");
  expect(reason(`${dir}/bin`)).toBe("not_file");
  expect(reason(`${dir}/none/hook`)).toBe("missing");
  expect(reason(`${path}/hook`)).toBe("missing");
});
