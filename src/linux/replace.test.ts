import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { close } from "./descriptor.ts";
import { chdir, fchdir, list, mkdir } from "./directory.ts";
import { chmod, lchown } from "./inode.ts";
import { symlink } from "./link.ts";
import { O, open } from "./open.ts";
import { readText } from "./read.ts";
import { replaceFile, syncDirectory } from "./replace.ts";
import { lstat, TYPE } from "./stat.ts";
import { inTemporaryDirectory } from "./temporary.ts";
import { getXattr, listXattrs, removeXattr, setXattr } from "./xattr.ts";

test("a file is made or replaced with the mode and owner asked for", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const path = `${dir}/f`;
    replaceFile(path, "one");
    equal(lstat(path).mode & 0o7777, 0o600);
    replaceFile(path, "two", { mode: 0o444, uid: 5, gid: 6, sync: true });
    const told = lstat(path);
    deepEqual([told.mode & 0o7777, told.uid, told.gid], [0o444, 5, 6]);
    equal(readText(path, 9), "two");
    deepEqual(list(dir).length, 1);
  });
});

test("mode and owner of the old file are kept when that was asked for", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const path = `${dir}/f`;
    replaceFile(path, "one", { keep: true, mode: 0o640 });
    equal(lstat(path).mode & 0o7777, 0o640);
    chmod(path, 0o2755);
    lchown(path, 7, 8);
    chmod(path, 0o2755);
    replaceFile(path, "two", { keep: true, mode: 0o600 });
    const told = lstat(path);
    deepEqual([told.mode & 0o7777, told.uid, told.gid], [0o2755, 7, 8]);
  });
});

/** An access list: the owner 7 (all), user 1 (read, write), the group 4 (read), mask 6, others nothing. */
function accessList(): Uint8Array {
  const entries = [
    [0x01, 7, -1],
    [0x02, 6, 1],
    [0x04, 4, -1],
    [0x10, 6, -1],
    [0x20, 0, -1],
  ] as const;
  const bytes = new Uint8Array(4 + entries.length * 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 2, true);
  entries.forEach(([tag, rights, id], at) => {
    view.setUint16(4 + at * 8, tag, true);
    view.setUint16(6 + at * 8, rights, true);
    view.setUint32(8 + at * 8, id, true);
  });
  return bytes;
}

test("so are its extended attributes and its ACL, but those that speak of the content", () => {
  inTemporaryDirectory("/var/tmp/hookwright-test-", (dir) => {
    const path = `${dir}/f`;
    replaceFile(path, "one", { mode: 0o600 });
    const acl = accessList();
    setXattr(path, "user.note", new Uint8Array([1, 0, 255]));
    setXattr(path, "trusted.note", new Uint8Array(0));
    setXattr(path, "system.posix_acl_access", acl);
    const mode = lstat(path).mode & 0o7777;
    replaceFile(path, "two", { keep: true });
    deepEqual(listXattrs(path).sort(), ["system.posix_acl_access", "trusted.note", "user.note"]);
    deepEqual(getXattr(path, "user.note"), new Uint8Array([1, 0, 255]));
    deepEqual(getXattr(path, "system.posix_acl_access"), acl);
    equal(lstat(path).mode & 0o7777, mode);

    // The directory's default list is for files that are new.
    setXattr(dir, "system.posix_acl_default", acl);
    const plain = `${dir}/g`;
    replaceFile(plain, "one", { mode: 0o640 });
    removeXattr(plain, "system.posix_acl_access");
    chmod(plain, 0o640);
    replaceFile(plain, "two", { keep: true });
    equal(getXattr(plain, "system.posix_acl_access"), null);
    equal(lstat(plain).mode & 0o7777, 0o640);
  });
});

test("a symbolic link is replaced, what it leads to is not touched", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    replaceFile(`${dir}/target`, "kept");
    symlink("target", `${dir}/l`);
    replaceFile(`${dir}/l`, "new");
    equal(lstat(`${dir}/l`).mode & TYPE.mask, TYPE.file);
    equal(readText(`${dir}/target`, 9), "kept");
  });
});

test("a failure leaves the old file and nothing else", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    mkdir(`${dir}/d`);
    throws(() => replaceFile(`${dir}/d`, "x"), "EISDIR");
    deepEqual(list(dir), [{ name: "d", kind: "directory" }]);
    throws(() => replaceFile(`${dir}/none/x`, "x"), "ENOENT");
  });
});

test("a relative path is below the working directory", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const before = open(".", O.RDONLY);
    chdir(dir);
    try {
      replaceFile("plain", "x", { sync: true });
      syncDirectory(".");
    } finally {
      fchdir(before);
      close(before);
    }
    equal(readText(`${dir}/plain`, 9), "x");
  });
});
