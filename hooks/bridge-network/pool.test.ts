import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { giveBack, leaseOf, type Pool, take } from "./pool.ts";
import { overlap, portOf, portsIn, portText } from "./port.ts";
import { addressAt, gatewayNumber, subnetOf } from "./subnet.ts";

const empty: Pool = {
  v: 1,
  boot: "b",
  settings: { subnet: "10.0.0.0/29", gateway: 1, masquerade: true, isolate: false },
  made: true,
  given: [],
  lastNumber: 0,
  leases: [],
};
const who = (id: string) => ({ id, bundle: `/b/${id}` });

test("an address is nobody else's, nor the gateway's, and one that was given back rests", () => {
  let pool = empty;
  for (const id of ["a", "b", "c"]) pool = take(pool, who(id), [], 6);
  deepEqual(
    pool.leases.map(({ number }) => number),
    [2, 3, 4],
  );
  pool = take(giveBack(pool, who("b")), who("d"), [], 6);
  equal(leaseOf(pool, who("d"))?.number, 5);
  equal(leaseOf(pool, who("b")), undefined);
  equal(leaseOf(pool, { id: "a", bundle: "/other" }), undefined);
  pool = take(take(pool, who("e"), [], 6), who("f"), [], 6);
  equal(leaseOf(pool, who("f"))?.number, 3);
  throws(() => take(pool, who("g"), [], 6), "find an address in 10.0.0.0/29: all 6 are in use");
});

test("a port is published once, of one address or of all", () => {
  const pool = take(empty, who("a"), portsIn("8080:80, 127.0.0.1:53:53/udp"), 6);
  throws(() => take(pool, who("b"), [portOf("10.1.1.1:8080:8080")], 6), "a has 8080:80/tcp");
  throws(() => take(pool, who("b"), [portOf("53:53/udp")], 6), "a has 127.0.0.1:53:53/udp");
  take(pool, who("b"), portsIn("8080:80/udp 10.1.1.1:53:53/udp"), 6);
  equal(overlap(portOf("[::1]:1:1"), portOf("[0:0::1]:1:2")), true);
});

test("what is no port is refused, and named", () => {
  for (const word of [
    "80",
    "0:80",
    "80:65536",
    "80:80/sctp",
    "80:80/tcp/x",
    "300.1.1.1:80:80",
    "::1:80:80",
    "a:80",
    "",
    "+1:1",
  ])
    throws(() => portOf(word), `publish ${JSON.stringify(word)}: it is no port`);
  deepEqual(
    ["8080:80", "[fd00::1]:1:2/udp", "127.0.0.1:1:2"].map((word) => portText(portOf(word))),
    ["8080:80/tcp", "[fd00::1]:1:2/udp", "127.0.0.1:1:2/tcp"],
  );
});

test("addresses are counted from the network's", () => {
  const v4 = subnetOf("--subnet", "10.93.0.0/16", 4);
  deepEqual(
    [addressAt(v4, 1), addressAt(v4, 256), addressAt(v4, v4.last)],
    ["10.93.0.1", "10.93.1.0", "10.93.255.254"],
  );
  equal(gatewayNumber(v4, "10.93.1.0"), 256);
  const v6 = subnetOf("--subnet6", "fd93::/64", 16);
  deepEqual([addressAt(v6, 1), addressAt(v6, 258), v6.last], ["fd93::1", "fd93::102", 65534]);
  deepEqual(
    [subnetOf("--subnet", "10.0.0.0/30", 4).last, subnetOf("--subnet", "10.0.0.128/25", 4).last],
    [2, 126],
  );
});

test("what is no network is refused, and named", () => {
  for (const text of ["10.0.0.0", "10.0.0.1/24", "10.0.0.0/31", "fd00::/64", "x", "10.0.0.0/33"])
    throws(() => subnetOf("--subnet", text, 4), `--subnet ${JSON.stringify(text)} is`);
  throws(() => subnetOf("--subnet6", "fd00::1/64", 16), "bits behind its prefix");
  const v4 = subnetOf("--subnet", "10.0.0.0/24", 4);
  for (const text of ["10.0.1.1", "10.0.0.0", "10.0.0.255", "x", "::1"])
    throws(() => gatewayNumber(v4, text), "no address of 10.0.0.0/24");
});
