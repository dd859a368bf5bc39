/** The pure parts of recording: ids, times, signatures, output, text for terminals, datagrams. */

import { deepEqual, equal, ok, test } from "../../test/portable/api.ts";
import { bytesOf, hexOf } from "../codec/hex.ts";
import { decode, encode } from "../linux/primitive.ts";
import type { EndEvent } from "../spec/event.ts";
import { hmac, sameText } from "./hmac.ts";
import { journalEntry } from "./journald.ts";
import { CHUNK, Tail } from "./output.ts";
import { printable } from "./printable.ts";
import { stamp, uuid7 } from "./run-id.ts";
import { signed, verified } from "./spool.ts";
import { syslogLine } from "./syslog.ts";
import { exited, exitStatus, lastLine, signalled, timedOut } from "./verdict.ts";

test("UUIDv7: the example of RFC 9562", () => {
  const random = bytesOf("0cc318c4dc0c0c07398f") ?? new Uint8Array(10);
  equal(uuid7({ seconds: 1645557742, nanoseconds: 0 }, random), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
});

test("times have nine digits after the second", () => {
  equal(stamp({ seconds: 0, nanoseconds: 5 }), "1970-01-01T00:00:00.000000005Z");
  equal(stamp({ seconds: 1795471750, nanoseconds: 788084319 }), "2026-11-23T22:09:10.788084319Z");
});

test("HMAC-SHA256: cases 1, 2 and 6 of RFC 4231", () => {
  const case1 = hmac(new Uint8Array(20).fill(0x0b), encode("Hi There"));
  equal(hexOf(case1), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  const case2 = hmac(encode("Jefe"), encode("what do ya want for nothing?"));
  equal(hexOf(case2), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const text = "Test Using Larger Than Block-Size Key - Hash Key First";
  const case6 = hmac(new Uint8Array(131).fill(0xaa), encode(text));
  equal(hexOf(case6), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  deepEqual([sameText("ab", "ab"), sameText("ab", "ac"), sameText("ab", "abc")], [true, false, false]);
});

test("hex is read back, and nothing else is", () => {
  deepEqual(bytesOf("00ff10"), new Uint8Array([0, 255, 16]));
  for (const text of ["0", "0g", "0G", "FF"]) equal(bytesOf(text), undefined);
});

test("a spool's true lines are taken once, others counted", () => {
  const key = new Uint8Array(32).fill(7);
  const line = signed(key, '{"run":"a"}');
  const other = signed(new Uint8Array(32), '{"run":"b"}');
  const { events, bad } = verified(key, `${line}${line}${other}nonsense\n${line.slice(0, 64)} {"run":"c"}\n`);
  deepEqual([JSON.stringify(events), bad], ['[{"run":"a"}]', 3]);
});

test("the end of an output is kept, all of it counted", () => {
  const tail = new Tail(10);
  equal(tail.record().tail, "");
  for (let round = 0; round < 9; round++) {
    const room = tail.room();
    ok(room.length >= CHUNK);
    room.fill(48 + round, 0, CHUNK - 1);
    tail.add(CHUNK - 1);
  }
  deepEqual(tail.record(), { bytes: 9 * (CHUNK - 1), tail: "8888888888" });
  equal(tail.record(3).tail, "888");
});

test("an output across two reads, and a character that was cut", () => {
  const tail = new Tail(5);
  for (const text of ["ab", "cd\u00e9", "fgh"]) {
    const bytes = encode(text);
    tail.room().set(bytes);
    tail.add(bytes.length);
  }
  deepEqual(tail.record(4), { bytes: 9, tail: "fgh" });
  equal(tail.record().tail, "\u00e9fgh");
});

test("text for a terminal has no control characters", () => {
  equal(printable("a\u001b[31mb\rc\u0007\u009b\u2028\u202e"), "a?[31mb?c????");
  equal(printable("a\nb\tc"), "a\nb\tc");
  equal(printable("a\nb", true), "a b");
  equal(printable("plain \u00e9 \ud83d\ude00"), "plain \u00e9 \ud83d\ude00");
});

test("verdicts and what the runtime is told", () => {
  deepEqual(
    [exited(0).status, exited(3).status, signalled(9).status, timedOut(1000).status],
    [0, 3, 137, 124],
  );
  equal(exitStatus(exited(3), "continue"), 0);
  equal(
    lastLine("net", "poststop", timedOut(1500), "r"),
    "hookwright: hook net at poststop: it ran past its limit of 1.5 s (hookwright events show r)",
  );
});

const EVENT: EndEvent = {
  v: 1,
  kind: "end",
  run: "0",
  ts: "2026-11-23T22:09:10.788084319Z",
  hook: { name: "n\nPRIORITY=0", path: "/h", digest: "" },
  stage: "poststop",
  container: { id: 'c"]\\\u001b', bundle: "/b" },
  plan: "sha256:0",
  host: "my host",
  boot: "",
  result: "fail",
  reason: "exit_status",
  message: "it exited with status 1",
  dur_ms: 1,
  limit_ms: 2,
  onFailure: "stop",
  stdout: { bytes: 0, tail: "" },
  stderr: { bytes: 0, tail: "" },
};

test("journald: a value cannot start a field", () => {
  const bytes = journalEntry(EVENT);
  const view = new DataView(bytes.buffer);
  const fields: { [name: string]: string } = {};
  for (let at = 0; at < bytes.length; ) {
    const line = bytes.indexOf(10, at);
    const length = view.getUint32(line + 1, true);
    fields[decode(bytes.subarray(at, line))] = decode(bytes.subarray(line + 9, line + 9 + length));
    at = line + 10 + length;
  }
  deepEqual(
    [fields.PRIORITY, fields.OCI_HOOK_NAME, fields.CONTAINER_ID_FULL],
    ["3", EVENT.hook.name, EVENT.container.id],
  );
  equal(fields.MESSAGE, 'hook n PRIORITY=0 at poststop of c"]\\?: it exited with status 1 (run 0)');
  equal(fields.OCI_HOOK_EVENT, JSON.stringify(EVENT));
});

test("syslog: one line, as /dev/log takes it", () => {
  equal(
    syslogLine(EVENT, 7),
    '<27>hookwright[7]: hook n PRIORITY=0 at poststop of c"]\\?: it exited with status 1 (run 0)',
  );
});
