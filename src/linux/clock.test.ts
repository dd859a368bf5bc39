import { equal, ok, test } from "../../test/portable/api.ts";
import { monotonic, monotonicMs, realtime, realtimeMs, sleep } from "./clock.ts";
import { randomBytes, randomHex } from "./random.ts";

test("a sleep lasts as long as the monotonic clock says", () => {
  const before = monotonicMs();
  sleep(20);
  const took = monotonicMs() - before;
  ok(took >= 20 && took < 2000, `${took} ms`);
  sleep(0);
  sleep(-5);
});

test("the clocks agree with themselves and with the engine", () => {
  const { seconds, nanoseconds } = realtime();
  ok(Math.abs(seconds * 1000 + nanoseconds / 1e6 - realtimeMs()) < 1000);
  ok(Math.abs(realtimeMs() - Date.now()) < 1000);
  ok(nanoseconds >= 0 && nanoseconds < 1e9);
  ok(Math.abs(monotonic().seconds * 1000 - monotonicMs()) < 2000);
});

test("random bytes differ", () => {
  equal(randomBytes(0).length, 0);
  equal(randomBytes(32).length, 32);
  const hex = randomHex(16);
  equal(hex.length, 32);
  ok(hex !== randomHex(16));
});
