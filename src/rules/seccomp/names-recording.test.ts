/** Numbers become names; those without a name stay numbers, and nothing is lost. */

import { deepEqual, equal, test } from "../../../test/portable/api.ts";
import type { NumberedRecording } from "../../spec/recording.ts";
import { nameRecording } from "./names-recording.ts";

const raw: NumberedRecording = {
  calls: [
    { abi: "x86_64", allowed: [1, 0, 231, 500], refused: [83, 400] },
    { abi: "i386", allowed: [20], refused: [] },
    { abi: "x32", allowed: [512], refused: [] },
  ],
  outOfRange: 2,
  arguments: [
    { abi: "x86_64", nr: 41, index: 0, values: [1, 16], more: false, refused: false },
    { abi: "x86_64", nr: 500, index: 0, values: [1], more: false, refused: false },
  ],
  capabilities: { used: [21, 0, 60], refused: [5] },
  files: [{ path: "/etc/passwd", access: "r" }],
  addresses: [{ family: "ipv4", address: "127.0.0.1", port: 9 }],
};

test("calls of every ABI get their names, sorted; numbers without one are kept", () => {
  const { calls, outOfRange, unnamed } = nameRecording(raw, {});
  deepEqual(calls, {
    x86_64: { allowed: ["exit_group", "read", "write"], refused: ["mkdir"], unknown: [400, 500] },
    i386: { allowed: ["getpid"], refused: [], unknown: [] },
    x32: { allowed: ["rt_sigaction"], refused: [], unknown: [] },
  });
  equal(outOfRange, 2);
  equal(unnamed, undefined);
});

test("parts that were asked for are there, others are not", () => {
  equal("arguments" in nameRecording(raw, {}), false);
  const all = nameRecording(raw, { arguments: true, capabilities: true, files: true, addresses: true });
  deepEqual(all.arguments, [
    { abi: "x86_64", syscall: "socket", index: 0, values: [1, 16], more: false, refused: false },
  ]);
  deepEqual(all.capabilities, { used: ["CAP_CHOWN", "CAP_SYS_ADMIN"], refused: ["CAP_KILL"], unknown: [60] });
  deepEqual(all.files, [{ path: "/etc/passwd", access: "r" }]);
  deepEqual(all.addresses, raw.addresses);
});

test("32-bit programs on arm64 are told apart, in numbers", () => {
  const calls: NumberedRecording["calls"] = [{ abi: "arm", allowed: [4], refused: [5] }];
  const named = nameRecording({ ...raw, calls }, {});
  deepEqual(named.calls, {});
  deepEqual(named.unnamed, [{ abi: "arm", allowed: [4], refused: [5] }]);
});
