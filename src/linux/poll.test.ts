import { deepEqual, equal, ok, test } from "../../test/portable/api.ts";
import { monotonicMs } from "./clock.ts";
import { close, pipe } from "./descriptor.ts";
import { POLL, poll, ready, setTimer, timer } from "./poll.ts";
import { read } from "./read.ts";
import { write } from "./write.ts";

test("poll waits as long as it may, and tells which descriptor has what", () => {
  const a = pipe();
  const b = pipe();
  const before = monotonicMs();
  deepEqual(poll([a.read, b.read], POLL.IN, 15), [0, 0]);
  ok(monotonicMs() - before >= 15);
  write(b.write, "x");
  deepEqual(poll([a.read, b.read, -1], POLL.IN, 5000), [0, POLL.IN, 0]);
  deepEqual(poll([a.write, b.read], [POLL.OUT, 0], 0), [POLL.OUT, 0]);
  close(a.write);
  deepEqual(poll([a.read, b.read], [POLL.IN, POLL.IN], Number.POSITIVE_INFINITY), [POLL.HUP, POLL.IN]);
  for (const fd of [a.read, b.read, b.write]) close(fd);
  equal(ready(a.read, POLL.IN, 0), true); // NVAL
});

test("a deadline that has passed does not wait", () => {
  const before = monotonicMs();
  deepEqual(poll([], 0, -100), []);
  ok(monotonicMs() - before < 1000);
});

test("a timer is readable when its time has come, and can be stopped", () => {
  const fd = timer(10);
  equal(ready(fd, POLL.IN, 5000), true);
  equal(read(fd, new Uint8Array(8)), 8);
  setTimer(fd, 5);
  setTimer(fd, Number.POSITIVE_INFINITY);
  equal(ready(fd, POLL.IN, 20), false);
  setTimer(fd, 0);
  equal(ready(fd, POLL.IN, 5000), true);
  close(fd);
});
