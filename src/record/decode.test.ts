import { deepEqual, equal, test } from "../../test/portable/api.ts";
import { encode } from "../linux/primitive.ts";
import { decodeSnapshot } from "./decode.ts";
import { ARGUMENT, ARGUMENT_PLACE, DISTINCT, KINDS, SEEN, SEEN_KIND, SLOT, STATES, WORDS } from "./layout.ts";
import type { Snapshot } from "./snapshot.ts";

function emptySlot(): DataView {
  return new DataView(new ArrayBuffer(SLOT.size));
}

function snapshot(parts: Partial<Snapshot>): Snapshot {
  return { arch: "x86_64", slot: emptySlot(), arguments: [], places: [], ...parts };
}

/** Marks a call of the ABI with this index, in this state. */
function mark(slot: DataView, abi: number, state: number, nr: number): void {
  setBit(slot, SLOT.calls + (abi * STATES + state) * WORDS * 8, nr);
}

function setBit(slot: DataView, start: number, bit: number): void {
  const at = start + (bit >> 3);
  slot.setUint8(at, slot.getUint8(at) | (1 << (bit & 7)));
}

test("calls count from the boundary that is asked for, each ABI by itself", () => {
  const slot = emptySlot();
  mark(slot, 0, 0, 1);
  mark(slot, 0, 1, 31);
  mark(slot, 0, 2, 32);
  mark(slot, 0, 3, 639);
  mark(slot, 1, 1, 20);
  mark(slot, 2, 3, 512);
  setBit(slot, SLOT.refused, 83);
  const given = snapshot({ slot });
  const of = (boundary: "permissive" | "exec" | "attach") =>
    decodeSnapshot(given, boundary).calls.map(({ abi, allowed, refused }) => [abi, allowed, refused]);
  deepEqual(of("permissive"), [
    ["x86_64", [31, 639], [83]],
    ["i386", [20], []],
    ["x32", [512], []],
  ]);
  deepEqual(of("exec"), [
    ["x86_64", [32, 639], [83]],
    ["x32", [512], []],
  ]);
  deepEqual(of("attach")[0], ["x86_64", [1, 31, 32, 639], [83]]);
});

test("nothing was seen: nothing is told", () => {
  deepEqual(decodeSnapshot(snapshot({ arch: "aarch64" }), "attach"), {
    calls: [],
    outOfRange: 0,
    execed: false,
    arguments: [],
    capabilities: { used: [], refused: [] },
    files: [],
    addresses: [],
  });
});

function argument(nr: number, index: number, value: number, refused = 0, kind = 5): DataView {
  const key = new DataView(new ArrayBuffer(ARGUMENT.size));
  key.setUint32(ARGUMENT.value, value, true);
  key.setUint16(ARGUMENT.nr, nr, true);
  key.setUint8(
    ARGUMENT.place,
    index | (kind << ARGUMENT_PLACE.kind) | (refused ? ARGUMENT_PLACE.refused : 0),
  );
  return key;
}

test("values are put together by call, index and whether it was refused", () => {
  const slot = emptySlot();
  // ioctl was called with more values than are kept; prctl was not.
  slot.setUint32(SLOT.distinct + 5 * 4, DISTINCT + 1, true);
  slot.setUint32(SLOT.distinct + (3 * KINDS + 4) * 4, 1, true);
  const keys = [
    argument(157, 0, 38, 1, 4),
    argument(16, 1, 0xffff_ffff),
    argument(16, 1, 2),
    argument(16, 1, 2),
  ];
  deepEqual(decodeSnapshot(snapshot({ slot, arguments: keys }), "attach").arguments, [
    { abi: "x86_64", nr: 16, index: 1, values: [2, 0xffff_ffff], more: true, refused: false },
    { abi: "x86_64", nr: 157, index: 0, values: [38], more: false, refused: true },
  ]);
});

function seen(kind: number, how: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SEEN.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(SEEN.how, how, true);
  view.setUint16(SEEN.kind, kind, true);
  view.setUint16(SEEN.length, content.length, true);
  bytes.set(content, SEEN.text);
  return bytes;
}

test("files are told once, with all that was done to them", () => {
  const file = (path: string, how: number, kind: number = SEEN_KIND.file) => seen(kind, how, encode(path));
  const places = [
    file("/b", 1),
    file("/a/é", 2),
    file("/b", 2),
    file("/long", 1, SEEN_KIND.file | SEEN_KIND.cut),
  ];
  deepEqual(decodeSnapshot(snapshot({ places }), "attach").files, [
    { path: "/a/é", access: "w", cut: false },
    { path: "/b", access: "rw", cut: false },
    { path: "/long", access: "r", cut: true },
  ]);
});

test("addresses are written as people write them", () => {
  const address = (...bytes: number[]) => seen(SEEN_KIND.address, 2, new Uint8Array(bytes));
  const v6 = (...groups: number[]) =>
    address(10, 0, 0, 80, 0, 0, 0, 0, ...groups.flatMap((group) => [group >> 8, group & 255]), 0, 0, 0, 0);
  const unix = (name: string) => address(1, 0, ...encode(name));
  const places = [
    address(2, 0, 1, 187, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
    address(2, 0, 1, 187, 127, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9),
    v6(0x2001, 0xdb8, 0, 0, 1, 0, 0, 1),
    v6(0, 0, 0, 0, 0, 0, 0, 1),
    v6(1, 2, 3, 4, 5, 6, 7, 8),
    unix("/run/socket\0junk"),
    unix("\0abstract"),
    address(0, 0),
    address(16, 0, 1, 2, 3, 4, 5, 6, 7, 8),
  ];
  const told = decodeSnapshot(snapshot({ places }), "attach").addresses;
  deepEqual(
    told.map((one) => `${one.family} ${one.address} ${one.port ?? ""}`),
    [
      "ipv4 127.0.0.1 443",
      "ipv6 1:2:3:4:5:6:7:8 80",
      "ipv6 2001:db8::1:0:0:1 80",
      "ipv6 ::1 80",
      "unix /run/socket ",
      "unix @abstract ",
    ],
  );
  equal(told[0]?.port, 443);
});
