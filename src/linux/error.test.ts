import { equal, ok, test, throws } from "../../test/portable/api.ts";
import { check, errnoName, failedWith, LinuxError } from "./error.ts";
import { readFile } from "./read.ts";

test("an error number has its kernel name", () => {
  const expected: [number, string][] = [
    [1, "EPERM"],
    [2, "ENOENT"],
    [11, "EAGAIN"],
    [36, "ENAMETOOLONG"],
    [38, "ENOSYS"],
    [40, "ELOOP"],
    [41, "E41"],
    [61, "ENODATA"],
    [95, "EOPNOTSUPP"],
    [110, "ETIMEDOUT"],
    [115, "EINPROGRESS"],
    [133, "EHWPOISON"],
    [999, "E999"],
  ];
  for (const [errno, name] of expected) equal(errnoName(errno), name);
});

test("a failed call names what was attempted, on what, and why it failed", () => {
  const error = throws(() => readFile("/nonexistent/x", 10));
  ok(error instanceof LinuxError);
  equal(error.message, "openat /nonexistent/x: no such file or directory (ENOENT)");
  equal(error.syscall, "openat");
  equal(error.errno, 2);
  equal(error.path, "/nonexistent/x");
  ok(failedWith(error, "EACCES", "ENOENT"));
  ok(!failedWith(error, "EACCES"));
  ok(!failedWith(new Error("ENOENT"), "ENOENT"));
});

test("a result that is no error is passed on", () => {
  equal(check(0, "x"), 0);
  equal(check(2 ** 47, "mmap"), 2 ** 47);
});
