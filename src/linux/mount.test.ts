import { deepEqual, equal, ok, test, throws } from "../../test/portable/api.ts";
import { close } from "./descriptor.ts";
import { mkdir } from "./directory.ts";
import { readlink } from "./link.ts";
import { ATTRIBUTE, MS, mount, moveMount, openTree, setMountAttributes, unmount } from "./mount.ts";
import { mounts, parseMountinfo } from "./mountinfo.ts";
import {
  inInitialCgroupNamespace,
  inInitialUserNamespace,
  joinNamespace,
  namespaceId,
  unshare,
} from "./namespace.ts";
import { exit, fork, getpid } from "./process.ts";
import { readText } from "./read.ts";
import { stat } from "./stat.ts";
import { FILE_SYSTEM, statfs } from "./statfs.ts";
import { inTemporaryDirectory } from "./temporary.ts";
import { wait } from "./wait.ts";
import { append } from "./write.ts";

/** Runs `work` in a child with mounts of its own; fails with what it threw. */
function inOwnMounts(dir: string, work: () => void): void {
  const pid = fork();
  if (pid === 0) {
    try {
      unshare("mnt");
      mount("", "/", "", MS.REC | MS.PRIVATE);
      work();
    } catch (error) {
      append(`${dir}/error`, String(error));
      exit(1);
    }
    exit(0);
  }
  const ending = wait(pid)?.ending;
  if (ending?.exited && ending.code === 1) throw new Error(readText(`${dir}/error`, 65536));
  deepEqual(ending, { exited: true, code: 0 });
}

test("a tmpfs is mounted with its options, seen, and taken away", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    mkdir(`${dir}/with blank`);
    inOwnMounts(dir, () => {
      const point = `${dir}/with blank`;
      mount("tmpfs", point, "tmpfs", MS.NOSUID | MS.NODEV | MS.NOEXEC, "size=64k,mode=0755");
      const told = statfs(point);
      equal(told.type, FILE_SYSTEM.tmpfs);
      deepEqual(
        [told.noSuid, told.noDev, told.noExec, told.readOnly, told.total],
        [true, true, true, false, 65536],
      );
      equal(stat(point).mountRoot, true);
      const line = mounts().find((m) => m.point === point);
      ok(line);
      equal(line.type, "tmpfs");
      equal(line.id, stat(point).mountId);
      equal(line.device, stat(point).device);
      ok(line.options.includes("noexec") && line.superOptions.includes("size=64k"));
      unmount(point);
      equal(stat(point).mountRoot, false);
      throws(() => unmount(point), "EINVAL");
    });
  });
});

test("a detached copy is made read-only before anyone sees it", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    mkdir(`${dir}/from`);
    mkdir(`${dir}/to`);
    append(`${dir}/from/file`, "content");
    inOwnMounts(dir, () => {
      const tree = openTree(`${dir}/from`);
      setMountAttributes(tree, ATTRIBUTE.RDONLY | ATTRIBUTE.NOSUID);
      moveMount(tree, `${dir}/to`);
      close(tree);
      equal(readText(`${dir}/to/file`, 99), "content");
      throws(() => append(`${dir}/to/file`, "x"), "EROFS");
      append(`${dir}/from/file`, "!");
      unmount(`${dir}/to`, true);
    });
  });
});

test("mountinfo lines are parsed as proc_pid_mountinfo(5) shows them", () => {
  const text =
    "36 35 98:0 /mnt1 /mnt\\0402 rw,noatime master:1 shared:3 - ext3 /dev/root rw,errors=continue\n" +
    "37 35 0:5 / /a\\134b ro - tmpfs none\\011x rw\nnonsense\n";
  deepEqual(parseMountinfo(text), [
    {
      id: 36,
      parent: 35,
      device: 98 * 2 ** 20,
      root: "/mnt1",
      point: "/mnt 2",
      options: ["rw", "noatime"],
      tags: ["master:1", "shared:3"],
      type: "ext3",
      source: "/dev/root",
      superOptions: ["rw", "errors=continue"],
    },
    {
      id: 37,
      parent: 35,
      device: 5,
      root: "/",
      point: "/a\\b",
      options: ["ro"],
      tags: [],
      type: "tmpfs",
      source: "none\tx",
      superOptions: ["rw"],
    },
  ]);
});

test("namespaces have numbers, and the first ones are known", () => {
  equal(readlink("/proc/self/ns/user"), `user:[${namespaceId("user")}]`);
  equal(namespaceId("net", 2 ** 22 - 1), null);
  equal(inInitialUserNamespace(), namespaceId("user") === 4026531837);
  equal(inInitialCgroupNamespace(), namespaceId("cgroup") === 4026531835);
});

test("a process leaves its namespaces and comes back", () => {
  const parent = getpid();
  const pid = fork();
  if (pid === 0) {
    try {
      const before = namespaceId("uts");
      unshare("uts", "cgroup");
      const left = namespaceId("uts") !== before && inInitialCgroupNamespace() === false;
      joinNamespace(parent, "uts");
      exit(left && namespaceId("uts") === before ? 0 : 1);
    } catch {
      exit(2);
    }
  }
  deepEqual(wait(pid)?.ending, { exited: true, code: 0 });
});
