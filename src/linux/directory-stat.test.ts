import { equal, test, throws } from "../../test/portable/api.ts";
import { close } from "./descriptor.ts";
import { mkdir } from "./directory.ts";
import { statEntries } from "./directory-stat.ts";
import { symlink } from "./link.ts";
import { O, open } from "./open.ts";
import { TYPE } from "./stat.ts";
import { inTemporaryDirectory } from "./temporary.ts";

test("every file of a directory is told with its status, links as links, names as bytes", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    mkdir(`${dir}/d`);
    symlink("nowhere", `${dir}/l`);
    const odd = Uint8Array.from([...dir, "/"].map((char) => char.charCodeAt(0)).concat([0xff, 0xc3, 0x0a]));
    close(open(odd, O.WRONLY | O.CREAT));
    const fd = open(dir, O.RDONLY | O.DIRECTORY);
    const found = new Map(statEntries(fd).map(({ name, stat }) => [name, stat.mode & TYPE.mask]));
    close(fd);
    equal(found.size, 3);
    equal(found.get("d"), TYPE.directory);
    equal(found.get("l"), TYPE.link);
    equal(found.get("\xff\xc3\n"), TYPE.file);
  });
});

test("a directory larger than what the kernel tells at once is told whole", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const long = "n".repeat(200);
    for (let i = 0; i < 1000; i++) close(open(`${dir}/${long}${i}`, O.WRONLY | O.CREAT));
    const fd = open(dir, O.RDONLY | O.DIRECTORY);
    equal(new Set(statEntries(fd).map(({ name }) => name)).size, 1000);
    close(fd);
  });
});

test("what is no directory is refused", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const fd = open(`${dir}/f`, O.RDWR | O.CREAT);
    throws(() => statEntries(fd), "getdents64: not a directory");
    close(fd);
  });
});
