import { deepEqual, test, throws } from "../../test/portable/api.ts";
import { deviceOf } from "./words.ts";

test("each way to name a device, with all that it takes", () => {
  deepEqual(deviceOf("path=/dev/fuse"), { by: { kind: "path", path: "/dev/fuse" }, options: {} });
  deepEqual(deviceOf("class=drm,access=rw,mode=660,uid=0,gid=44"), {
    by: { kind: "class", name: "drm" },
    options: { access: "rw", mode: 0o660, uid: 0, gid: 44 },
  });
  deepEqual(deviceOf("target=/dev/a,block=259:1048575"), {
    by: { kind: "number", type: "b", major: 259, minor: 1048575 },
    options: { target: "/dev/a" },
  });
  deepEqual(deviceOf("char=10:229").by, { kind: "number", type: "c", major: 10, minor: 229 });
});

test("what does not fit is named", () => {
  for (const [word, said] of [
    ["", "there is no "],
    ["target=/dev/x", "give one of path, class, char, block"],
    ["path=/dev/x,class=drm", "give one of"],
    ["path=dev/x", "path is no absolute path"],
    ["path=/dev/../etc", "path is no absolute path"],
    ["path=/dev/x,target=/dev/../../x", "target is no absolute path"],
    ["path", "path has no value"],
    ["path=", "path has no value"],
    ["path=/dev/x,path=/dev/y", "path is said twice"],
    ["class=../mem", "class is no name"],
    ["class=mem,target=/dev/x", "no target"],
    ["char=1", "char is not MAJOR:MINOR"],
    ["char=4096:1", "char is not MAJOR:MINOR"],
    ["block=1:1048576", "block is not MAJOR:MINOR"],
    ["path=/dev/x,access=rr", "access is not"],
    ["path=/dev/x,access=x", "access is not"],
    ["path=/dev/x,mode=4666", "mode is not"],
    ["path=/dev/x,uid=-1", "uid is no number"],
    ["path=/dev/x,owner=1", "there is no owner"],
  ] as const)
    throws(() => deviceOf(word), said);
});
