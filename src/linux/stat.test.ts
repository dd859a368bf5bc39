import { equal, ok, test, throws } from "../../test/portable/api.ts";
import { close } from "./descriptor.ts";
import {
  chmod,
  fchmod,
  fchown,
  fdatasync,
  fsync,
  ftruncate,
  isImmutable,
  lchown,
  setImmutable,
} from "./inode.ts";
import { link, symlink, unlink } from "./link.ts";
import { O, open } from "./open.ts";
import { exists, fstat, lstat, lstatIfThere, sameFile, stat, TYPE } from "./stat.ts";
import { FILE_SYSTEM, fstatfs, statfs } from "./statfs.ts";
import { inTemporaryDirectory } from "./temporary.ts";
import { write } from "./write.ts";

test("a file's type, mode, owner, size and times are told", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const fd = open(`${dir}/f`, O.WRONLY | O.CREAT);
    write(fd, "12345");
    fchown(fd, 65534, 12);
    fchmod(fd, 0o4751);
    const told = fstat(fd);
    equal(told.mode, TYPE.file | 0o4751);
    equal(told.uid, 65534);
    equal(told.gid, 12);
    equal(told.size, 5);
    equal(told.links, 1);
    equal(told.immutable, false);
    equal(told.mountRoot, false);
    ok(Math.abs(told.mtimeMs - Date.now()) < 60_000 && Math.abs(told.ctimeMs - Date.now()) < 60_000);
    ok(told.mountId > 0 && told.inode > 0);
    ftruncate(fd, 2 ** 33 + 1);
    equal(fstat(fd).size, 2 ** 33 + 1);
    fsync(fd);
    fdatasync(fd);
    close(fd);
    link(`${dir}/f`, `${dir}/g`);
    ok(sameFile(stat(`${dir}/f`), lstat(`${dir}/g`)));
    equal(stat(`${dir}/f`).links, 2);
    lchown(`${dir}/g`, 0, 0);
    chmod(`${dir}/g`, 0o600);
    equal(stat(`${dir}/f`).mode & 0o7777, 0o600);
    ok(!sameFile(stat(`${dir}/f`), stat(dir)));
  });
});

test("links are followed by stat only, and O.PATH is enough for fstat", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    symlink("nowhere", `${dir}/dangling`);
    equal(lstat(`${dir}/dangling`).mode & TYPE.mask, TYPE.link);
    throws(() => stat(`${dir}/dangling`), "ENOENT");
    equal(exists(`${dir}/dangling`), true);
    unlink(`${dir}/dangling`);
    equal(exists(`${dir}/dangling`), false);
    equal(lstatIfThere(`${dir}/x/y`), null);
    const fd = open(dir, O.PATH);
    ok(sameFile(fstat(fd), stat(dir)));
    close(fd);
  });
});

test("a device says which one it stands for", () => {
  const told = stat("/dev/null");
  equal(told.mode & TYPE.mask, TYPE.characterDevice);
  equal(told.represents, 0x10_0003);
});

test("an immutable file cannot be changed until that is taken back", () => {
  inTemporaryDirectory("/var/lib/hookwright-test-", (dir) => {
    const fd = open(`${dir}/f`, O.RDWR | O.CREAT);
    if (setImmutable(fd, true)) {
      try {
        equal(isImmutable(fd), true);
        equal(fstat(fd).immutable, true);
        equal(setImmutable(fd, true), true);
        throws(() => unlink(`${dir}/f`), "EPERM");
      } finally {
        equal(setImmutable(fd, false), true);
      }
      equal(isImmutable(fd), false);
    }
    close(fd);
  });
});

test("where there is no immutable flag the answer says so", () => {
  const fd = open("/proc/self/status", O.RDONLY);
  equal(isImmutable(fd), null);
  equal(setImmutable(fd, true), false);
  close(fd);
});

test("a file system tells its type and how it is mounted", () => {
  equal(statfs("/proc").type, FILE_SYSTEM.proc);
  const fd = open("/", O.PATH);
  const root = fstatfs(fd);
  close(fd);
  ok(root.total > 0 && root.available <= root.total);
  equal(root.noExec, false);
});
