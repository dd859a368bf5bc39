import { deepEqual, test, throws } from "../../test/portable/api.ts";
import { mountOf } from "./words.ts";

test("each type with all that it takes", () => {
  deepEqual(mountOf("type=bind,source=/a b,target=/c,readonly,nosuid,recursive,propagation=slave,idmap"), {
    type: "bind",
    source: "/a b",
    target: "/c",
    options: { readonly: true, nosuid: true, recursive: true, idmap: true, propagation: "slave" },
  });
  deepEqual(mountOf("target=/t,type=tmpfs,size=64m,mode=1777,noexec,nodev"), {
    type: "tmpfs",
    target: "/t",
    options: { nodev: true, noexec: true, size: "64m", mode: "1777" },
  });
  deepEqual(mountOf("type=overlay,target=/o,lower=/l1:/l2,upper=/u,work=/w"), {
    type: "overlay",
    target: "/o",
    layers: { lower: ["/l1", "/l2"], upper: "/u", work: "/w" },
    options: {},
  });
});

test("what does not fit is named", () => {
  for (const [word, said] of [
    ["target=/x", "its type is none of"],
    ["type=bind,target=/x", "source is missing"],
    ["type=bind,source=/x", "target is missing"],
    ["type=bind,source=x,target=/x", "source is no absolute path"],
    ["type=bind,source=/x,target=/a/../../x", "target is no absolute path"],
    ["type=bind,source=/x,target=//", "root cannot be mounted over"],
    ["type=bind,source=/x,target=/x,ro", "bind has no ro"],
    ["type=bind,source=/x,target=/x,readonly=1", "readonly takes no value"],
    ["type=bind,source=/x,target=/x,target=/y", "target is said twice"],
    ["type=bind,source=/x,target=/x,propagation=rslave", "propagation is none of"],
    ["type=tmpfs,target=/x,source=/x", "tmpfs has no source"],
    ["type=tmpfs,target=/x,size=1m:evil", "size is no number"],
    ["type=tmpfs,target=/x,mode=99", "octal"],
    ["type=overlay,target=/x,lower=rel", "lower is no list"],
    ["type=overlay,target=/x,lower=/l,upper=/u", "upper and work go together"],
    ["type=overlay,target=/x", "lower is no list"],
  ] as const)
    throws(() => mountOf(word), said);
});
