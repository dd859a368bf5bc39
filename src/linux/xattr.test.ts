import { deepEqual, equal, ok, test, throws } from "../../test/portable/api.ts";
import { ACL_XATTR, aclWriters, aclWritersOf } from "./acl.ts";
import { close } from "./descriptor.ts";
import { O, open } from "./open.ts";
import { decode, encode } from "./primitive.ts";
import { inTemporaryDirectory } from "./temporary.ts";
import {
  getXattr,
  getXattrOf,
  getXattrOfLink,
  listXattrs,
  removeXattr,
  setXattr,
  setXattrOf,
} from "./xattr.ts";

/** The bytes of an ACL with these entries of tag, rights and id. */
function acl(...entries: [number, number, number][]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 + entries.length * 8));
  view.setUint32(0, 2, true);
  entries.forEach(([tag, rights, id], i) => {
    view.setUint16(4 + i * 8, tag, true);
    view.setUint16(6 + i * 8, rights, true);
    view.setUint32(8 + i * 8, id, true);
  });
  return new Uint8Array(view.buffer);
}

const [OWNER, USER, OWNING_GROUP, GROUP, MASK, OTHER, NOBODY] = [1, 2, 4, 8, 16, 32, 0xffff_ffff];

test("attributes are set, listed, read and removed", () => {
  inTemporaryDirectory("/var/lib/hookwright-test-", (dir) => {
    const path = `${dir}/f`;
    const fd = open(path, O.RDWR | O.CREAT);
    deepEqual(listXattrs(path), []);
    equal(getXattr(path, "user.a"), null);
    setXattr(path, "user.a", encode("one"));
    setXattrOf(fd, "user.b", new Uint8Array(3000).fill(1));
    deepEqual(listXattrs(path).sort(), ["user.a", "user.b"]);
    equal(decode(getXattr(path, "user.a") ?? new Uint8Array(0)), "one");
    equal(decode(getXattrOfLink(path, "user.a") ?? new Uint8Array(0)), "one");
    equal(getXattrOf(fd, "user.b")?.length, 3000);
    removeXattr(path, "user.a");
    equal(getXattr(path, "user.a"), null);
    throws(() => removeXattr(path, "user.a"), "ENODATA");
    close(fd);
  });
});

test("a file system without attributes has none", () => {
  equal(getXattr("/proc/self/status", "user.a"), null);
});

test("an attribute larger than the scratch buffer is read whole", () => {
  inTemporaryDirectory("/dev/shm/hookwright-test-", (dir) => {
    const bytes = new Uint8Array(9000).fill(3);
    try {
      setXattr(dir, "trusted.large", bytes);
    } catch {
      return; // A tmpfs may have no attributes, or only small ones.
    }
    equal(getXattr(dir, "trusted.large")?.length, 9000);
  });
});

test("an ACL tells who else may write, after the mask", () => {
  const named = acl(
    [OWNER, 6, NOBODY],
    [USER, 7, 1000],
    [USER, 4, 1001],
    [OWNING_GROUP, 4, NOBODY],
    [GROUP, 2, 50],
  );
  deepEqual(aclWriters(named), [
    { kind: "user", id: 1000 },
    { kind: "group", id: 50 },
  ]);
  deepEqual(aclWriters(acl([USER, 7, 1000], [MASK, 5, NOBODY], [OTHER, 0, NOBODY])), []);
});

test("an unknown form of ACL is an error, never harmless", () => {
  throws(() => aclWriters(new Uint8Array([3, 0, 0, 0])), "EINVAL");
  throws(() => aclWriters(new Uint8Array([2, 0, 0, 0, 1])), "EINVAL");
  throws(() => aclWriters(new Uint8Array(0)), "EINVAL");
});

test("the ACL of a file is read", () => {
  inTemporaryDirectory("/var/lib/hookwright-test-", (dir) => {
    const fd = open(`${dir}/f`, O.RDWR | O.CREAT);
    deepEqual(aclWritersOf(fd), []);
    const list = acl(
      [OWNER, 6, NOBODY],
      [USER, 6, 1234],
      [OWNING_GROUP, 4, NOBODY],
      [MASK, 6, NOBODY],
      [OTHER, 4, NOBODY],
    );
    setXattrOf(fd, ACL_XATTR, list);
    deepEqual(aclWritersOf(fd), [{ kind: "user", id: 1234 }]);
    ok(listXattrs(`${dir}/f`).includes(ACL_XATTR));
    close(fd);
  });
});
