import { deepEqual, equal, ok, test, throws } from "../../test/portable/api.ts";
import { close } from "./descriptor.ts";
import { chdir, fchdir, list, listIfThere, mkdir, mkdirAll, removeTree, rmdir } from "./directory.ts";
import {
  exchange,
  link,
  linkDescriptor,
  readlink,
  rename,
  renameNoReplace,
  symlink,
  unlink,
  unlinkIfThere,
} from "./link.ts";
import { lock, tryLock, unlock } from "./lock.ts";
import { O, open } from "./open.ts";
import { readText } from "./read.ts";
import { exists, lstat } from "./stat.ts";
import { inTemporaryDirectory } from "./temporary.ts";
import { append, write } from "./write.ts";

function names(path: string): string[] {
  return list(path)
    .map((entry) => entry.name)
    .sort();
}

test("directories are made with what is missing above, and again without harm", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    mkdirAll(`${dir}/a/b/c`, 0o750);
    mkdirAll(`${dir}/a/b/c/`);
    equal(lstat(`${dir}/a/b`).mode & 0o777, 0o750);
    append(`${dir}/file`, "");
    throws(() => mkdirAll(`${dir}/file`), "ENOTDIR");
    throws(() => mkdirAll(`${dir}/file/below`), "ENOTDIR");
    throws(() => mkdir(`${dir}/a`), "EEXIST");
    throws(() => rmdir(`${dir}/a`), "ENOTEMPTY");
    rmdir(`${dir}/a/b/c`);
  });
});

test("a directory lists its entries with their kinds, many or none", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    deepEqual(list(dir), []);
    mkdir(`${dir}/d`);
    append(`${dir}/ü`, "");
    symlink("x", `${dir}/l`);
    deepEqual(
      list(dir).sort((a, b) => (a.name < b.name ? -1 : 1)),
      [
        { name: "d", kind: "directory" },
        { name: "l", kind: "link" },
        { name: "ü", kind: "file" },
      ],
    );
    for (let i = 0; i < 1500; i++) append(`${dir}/d/a-rather-long-name-of-a-file-${i}`, "");
    equal(new Set(names(`${dir}/d`)).size, 1500);
    equal(listIfThere(`${dir}/none`), null);
    equal(listIfThere(`${dir}/ü`), null);
  });
});

test("a tree is removed without following links out of it", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    mkdirAll(`${dir}/tree/a/b`);
    mkdir(`${dir}/outside`);
    append(`${dir}/outside/kept`, "");
    symlink("../../outside", `${dir}/tree/a/link`);
    append(`${dir}/tree/a/b/file`, "");
    removeTree(`${dir}/tree`);
    removeTree(`${dir}/tree`);
    deepEqual(names(dir), ["outside"]);
    deepEqual(names(`${dir}/outside`), ["kept"]);
    removeTree(`${dir}/outside/kept`);
    deepEqual(names(`${dir}/outside`), []);
  });
});

test("names are exchanged, replaced, or not replaced", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    append(`${dir}/a`, "A");
    append(`${dir}/b`, "B");
    exchange(`${dir}/a`, `${dir}/b`);
    equal(readText(`${dir}/a`, 9), "B");
    throws(() => renameNoReplace(`${dir}/a`, `${dir}/b`), "EEXIST");
    rename(`${dir}/a`, `${dir}/b`);
    equal(readText(`${dir}/b`, 9), "B");
    renameNoReplace(`${dir}/b`, `${dir}/c`);
    const fd = open(dir, O.PATH);
    rename("c", "d", fd);
    close(fd);
    deepEqual(names(dir), ["d"]);
    throws(() => rename(`${dir}/none`, `${dir}/x`), `renameat2 ${dir}/none: no such file`);
  });
});

test("links are made, read and taken away", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    symlink("to/ü", `${dir}/l`);
    equal(readlink(`${dir}/l`), "to/ü");
    const fd = open(`${dir}/l`, O.PATH | O.NOFOLLOW);
    equal(readlink("", fd), "to/ü");
    close(fd);
    append(`${dir}/f`, "x");
    link(`${dir}/f`, `${dir}/g`);
    unlink(`${dir}/f`);
    equal(unlinkIfThere(`${dir}/f`), false);
    equal(unlinkIfThere(`${dir}/l`), true);
    throws(() => unlink(`${dir}/f`), "ENOENT");
    deepEqual(names(dir), ["g"]);
    const unnamed = open(dir, O.TMPFILE | O.WRONLY);
    write(unnamed, "from nowhere");
    linkDescriptor(unnamed, `${dir}/named`);
    close(unnamed);
    equal(readText(`${dir}/named`, 99), "from nowhere");
  });
});

test("a lock keeps others out while the file is open", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const one = open(dir, O.RDONLY);
    const two = open(dir, O.RDONLY);
    lock(one, "exclusive");
    equal(tryLock(two, "shared"), false);
    unlock(one);
    equal(tryLock(two, "shared"), true);
    equal(tryLock(one, "shared"), true);
    equal(tryLock(one, "exclusive"), false);
    close(two);
    equal(tryLock(one, "exclusive"), true);
    close(one);
  });
});

test("the working directory is changed", () => {
  const before = open(".", O.RDONLY);
  chdir("/proc");
  ok(exists("self"));
  fchdir(before);
  close(before);
});
