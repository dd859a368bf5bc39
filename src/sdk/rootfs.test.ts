import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { mkdir } from "../linux/directory.ts";
import { chmod } from "../linux/inode.ts";
import { symlink } from "../linux/link.ts";
import { readText } from "../linux/read.ts";
import { exists, lstat, TYPE } from "../linux/stat.ts";
import { inTemporaryDirectory } from "../linux/temporary.ts";
import { append } from "../linux/write.ts";
import { Rootfs } from "./rootfs.ts";

/** A root with /etc in it, beside a file that is outside. */
function inRoot(work: (root: Rootfs, path: string, outside: string) => void): void {
  inTemporaryDirectory("/tmp/hookwright-rootfs-", (directory) => {
    mkdir(`${directory}/root`);
    mkdir(`${directory}/root/etc`);
    append(`${directory}/outside`, "outside\n");
    work(new Rootfs(`${directory}/root`), `${directory}/root`, `${directory}/outside`);
  });
}

test("links lead where they lead in the container, never out of it", () => {
  inRoot((root, path, outside) => {
    symlink(outside, `${path}/etc/escape`);
    symlink("../../../../../../..", `${path}/etc/up`);
    symlink("/proc/self/root", `${path}/etc/magic`);
    equal(root.readText("/etc/escape"), null);
    equal(root.readText(`/etc/up${outside}`), null);
    equal(root.readText(`/../../..${outside}`), null);
    // What the link says is made inside, where it leads there.
    throws(() => root.writeText("/etc/escape", "x"), "no such file");
    root.makeDirectory("/etc/up/etc/made");
    deepEqual([exists(`${path}/etc/made`), readText(outside, 100)], [true, "outside\n"]);
    mkdir(`${path}/run`);
    symlink("../run/real", `${path}/etc/resolv.conf`);
    root.writeText("/etc/resolv.conf", "written\n");
    deepEqual(
      [readText(`${path}/run/real`, 100), lstat(`${path}/etc/resolv.conf`).mode & TYPE.mask],
      ["written\n", TYPE.link],
    );
    symlink("b", `${path}/etc/a`);
    symlink("a", `${path}/etc/b`);
    throws(() => root.writeText("/etc/a", "x"), "symbolic link");
  });
});

test("a file that exists keeps its mode, a new one gets the one that is asked for", () => {
  inRoot((root, path) => {
    append(`${path}/etc/hosts`, "old\n");
    chmod(`${path}/etc/hosts`, 0o640);
    root.writeText("/etc/hosts", "new\n");
    root.writeText("etc/fresh", "new\n", 0o600);
    deepEqual(
      [lstat(`${path}/etc/hosts`).mode & 0o7777, lstat(`${path}/etc/fresh`).mode & 0o7777],
      [0o640, 0o600],
    );
    equal(root.readText("/etc/hosts"), "new\n");
  });
});

test("what is no file is neither read nor replaced, and what is missing is null", () => {
  inRoot((root) => {
    equal(root.readText("/etc/none/deeper"), null);
    equal(root.stat("/none"), null);
    equal(root.isDirectory("/etc"), true);
    throws(() => root.readText("/etc"), "no regular file");
    throws(() => root.writeText("/etc", "x"), "no regular file");
    throws(() => root.writeText("/", "x"), "names no file");
    throws(() => root.writeText("/etc/..", "x"), "names no file");
    throws(() => root.readText("/etc/\0"), "NUL");
  });
});
