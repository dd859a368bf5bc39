import { deepEqual, equal, test } from "../../test/portable/api.ts";
import { ipText, parseIp, parseNetwork } from "./ip.ts";

test("an address is read and written as RFC 5952 says", () => {
  for (const text of [
    "0.0.0.0",
    "10.1.2.255",
    "::",
    "::1",
    "fd00::1",
    "1:2:3:4:5:6:7:8",
    "1:0:0:2::3",
    "fe80::",
    "1::2:0:0:3:4",
  ])
    equal(ipText(parseIp(text) ?? new Uint8Array(4)), text);
  equal(ipText(parseIp("FD00:0:0:0:0:0:0:0A") ?? new Uint8Array(4)), "fd00::a");
  equal(ipText(parseIp("1:2:3:4:5:6:7::") ?? new Uint8Array(4)), "1:2:3:4:5:6:7:0");
});

test("what is not quite right is no address", () => {
  const wrong = [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "1.2.3.256",
    "1.2.3.-4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1e1.2.3.4",
    ":",
    ":::",
    "1::2::3",
  ];
  for (const text of [
    ...wrong,
    "12345::",
    "g::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8",
    "fe80::1%eth0",
    "1.2.3.4/8",
  ])
    equal(parseIp(text), undefined, text);
});

test("a network has as many bits as its address at most", () => {
  deepEqual(parseNetwork("10.0.0.0/8"), { address: new Uint8Array([10, 0, 0, 0]), prefix: 8 });
  equal(parseNetwork("::/128")?.prefix, 128);
  for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "::/129", "/8"])
    equal(parseNetwork(text), undefined, text);
});
