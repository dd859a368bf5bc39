import { deepEqual, equal, ok, test, throws } from "../../test/portable/api.ts";
import { close, pipe } from "./descriptor.ts";
import { symlink } from "./link.ts";
import { O, open } from "./open.ts";
import { decode } from "./primitive.ts";
import { exit, fork } from "./process.ts";
import { pread, readFile, readFileIfThere, readText, readTextIfThere, readToEnd } from "./read.ts";
import { inTemporaryDirectory } from "./temporary.ts";
import { wait } from "./wait.ts";
import { append, appendTo, pwrite, write, writeControl } from "./write.ts";

function put(path: string, length: number): void {
  const fd = open(path, O.WRONLY | O.CREAT | O.TRUNC);
  write(fd, new Uint8Array(length).fill(7));
  close(fd);
}

test("a file is read whole, whatever its size, up to the limit", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    for (const size of [0, 1, 16383, 16384, 16385, 200_000]) {
      put(`${dir}/f`, size);
      equal(readFile(`${dir}/f`, 200_000).length, size);
      equal(readFile(`${dir}/f`, size).length, size);
      if (size > 0) throws(() => readFile(`${dir}/f`, size - 1), `read ${dir}/f: file too large (EFBIG)`);
      const fd = open(`${dir}/f`, O.RDONLY);
      equal(readToEnd(fd, 1_000_000, size).length, size);
      close(fd);
    }
  });
});

test("files of /proc, which say they are empty, are read", () => {
  ok(readText("/proc/self/status", 65536).startsWith("Name:"));
  ok(readFile("/proc/self/cmdline", 65536).length > 0);
});

test("what is not there is null where that was asked for", () => {
  equal(readFileIfThere("/nonexistent", 1), null);
  equal(readTextIfThere("/nonexistent", 1), null);
  throws(() => readFile("/tmp", 1), "is a directory (EISDIR)");
});

test("a pipe is read to its end, over many writes of more than it holds", () => {
  const ends = pipe();
  const pid = fork();
  if (pid === 0) {
    for (let i = 0; i < 5; i++) write(ends.write, new Uint8Array(50_000).fill(i));
    exit(0);
  }
  close(ends.write);
  const bytes = readToEnd(ends.read, 1_000_000);
  close(ends.read);
  wait(pid);
  equal(bytes.length, 250_000);
  deepEqual([bytes[0], bytes[49_999], bytes[50_000], bytes[249_999]], [0, 0, 1, 4]);
});

test("positions are read and written without moving", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    const fd = open(`${dir}/f`, O.RDWR | O.CREAT);
    write(fd, "0123456789");
    pwrite(fd, "ab", 4);
    const buffer = new Uint8Array(4);
    equal(pread(fd, buffer, 3), 4);
    equal(decode(buffer), "3ab6");
    write(fd, "!");
    close(fd);
    equal(readText(`${dir}/f`, 100), "0123ab6789!");
  });
});

test("records are appended, the file made with its mode, a link refused", () => {
  inTemporaryDirectory("/tmp/hookwright-test-", (dir) => {
    append(`${dir}/log`, "one\n", 0o640);
    append(`${dir}/log`, "two\n");
    equal(readText(`${dir}/log`, 100), "one\ntwo\n");
    symlink("log", `${dir}/link`);
    throws(() => append(`${dir}/link`, "three\n"), "ELOOP");
  });
});

test("a record that does not fit is an error, and so is a full pipe", () => {
  const full = open("/dev/full", O.WRONLY);
  throws(() => appendTo(full, "x", "/dev/full"), "ENOSPC");
  close(full);
  throws(() => write(-1, "x"), "write: bad file descriptor");
});

test("a control file takes one write", () => {
  const before = readText("/proc/self/comm", 64);
  writeControl("/proc/self/comm", "renamed");
  equal(readText("/proc/self/comm", 64), "renamed\n");
  writeControl("/proc/self/comm", before);
  throws(
    () => writeControl("/proc/self/oom_score_adj", "no number"),
    "write /proc/self/oom_score_adj: invalid argument",
  );
});
