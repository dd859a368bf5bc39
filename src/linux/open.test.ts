import { equal, ok, test, throws } from "../../test/portable/api.ts";
import { close, isCloseOnExec } from "./descriptor.ts";
import { mkdir } from "./directory.ts";
import { symlink } from "./link.ts";
import { AT_FDCWD, O, open, openAt, openIfThere, openIn, RESOLVE } from "./open.ts";
import { readText } from "./read.ts";
import { fstat, lstat } from "./stat.ts";
import { inTemporaryDirectory } from "./temporary.ts";
import { write } from "./write.ts";

test("a file is made with its mode, opened again, and closed on exec", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const fd = open(`${dir}/new`, O.RDWR | O.CREAT | O.EXCL, 0o640);
    ok(isCloseOnExec(fd));
    equal(fstat(fd).mode & 0o777, 0o640);
    write(fd, "x");
    close(fd);
    throws(() => open(`${dir}/new`, O.WRONLY | O.CREAT | O.EXCL), "exists already (EEXIST)");
    equal(readText(`${dir}/new`, 10), "x");
  });
});

test("DIRECTORY and NOFOLLOW mean what they say on this architecture", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    close(open(dir, O.RDONLY | O.DIRECTORY));
    close(open(`${dir}/file`, O.WRONLY | O.CREAT));
    throws(() => open(`${dir}/file`, O.RDONLY | O.DIRECTORY), "ENOTDIR");
    symlink("file", `${dir}/link`);
    close(open(`${dir}/link`, O.RDONLY));
    throws(() => open(`${dir}/link`, O.RDONLY | O.NOFOLLOW), "ELOOP");
    const handle = open(`${dir}/link`, O.PATH | O.NOFOLLOW);
    equal(fstat(handle).inode, lstat(`${dir}/link`).inode);
    close(handle);
    const unnamed = open(dir, O.TMPFILE | O.RDWR, 0o600);
    equal(fstat(unnamed).links, 0);
    close(unnamed);
  });
});

test("what is not there is null where that was asked for", () => {
  equal(openIfThere(AT_FDCWD, "/nonexistent", O.RDONLY), null);
  throws(() => openIfThere(AT_FDCWD, "/etc/passwd/x", O.RDONLY), "ENOTDIR");
});

test("openat2 confines the walk", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    mkdir(`${dir}/etc`);
    symlink("/etc/hostname", `${dir}/absolute`);
    symlink("../../../etc/passwd", `${dir}/up`);
    const made = open(`${dir}/etc/hostname`, O.WRONLY | O.CREAT, 0o644);
    write(made, "inside");
    close(made);
    const root = open(dir, O.PATH | O.DIRECTORY);
    const inside = openIn(root, "absolute", O.RDONLY, RESOLVE.IN_ROOT);
    equal(fstat(inside).inode, lstat(`${dir}/etc/hostname`).inode);
    close(inside);
    throws(() => openIn(root, "up", O.RDONLY, RESOLVE.IN_ROOT), "ENOENT");
    throws(() => openIn(root, "absolute", O.RDONLY, RESOLVE.BENEATH), "EXDEV");
    throws(() => openIn(root, "absolute", O.RDONLY, RESOLVE.NO_SYMLINKS), "ELOOP");
    throws(() => openIn(AT_FDCWD, "/proc/self/exe", O.RDONLY, RESOLVE.NO_MAGICLINKS), "ELOOP");
    close(openIn(root, "etc/new", O.WRONLY | O.CREAT, RESOLVE.BENEATH, 0o600));
    equal(lstat(`${dir}/etc/new`).mode & 0o777, 0o600);
    close(root);
  });
});

test("a path may be bytes that are no UTF-8", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const root = open(dir, O.PATH | O.DIRECTORY);
    const name = new Uint8Array([0x61, 0xff]);
    close(openAt(root, name, O.WRONLY | O.CREAT));
    close(openAt(root, name, O.RDONLY));
    close(root);
  });
});
