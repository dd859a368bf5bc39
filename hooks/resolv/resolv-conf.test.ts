import { deepEqual, equal, test } from "../../test/portable/api.ts";
import { isAddress, isLoopback } from "./address.ts";
import { hostsFile } from "./hosts.ts";
import { resolvConf } from "./resolv-conf.ts";

const NONE = { nameservers: [], search: [], options: [], isolated: true };
const HOST =
  "# made by hand\nsearch a.example\nnameserver 10.0.0.1 # the router\ndomain b.example c.example\noptions ndots:2\noptions rotate ; x\n";

test("the host's own words, in the place of each kind what is asked for", () => {
  equal(
    resolvConf([HOST], NONE).text,
    "nameserver 10.0.0.1\nsearch b.example c.example\noptions ndots:2 rotate\n",
  );
  equal(
    resolvConf([HOST], { ...NONE, nameservers: ["::1"], search: ["x"] }).text,
    "nameserver ::1\nsearch x\noptions ndots:2 rotate\n",
  );
});

test("a server on the host's loopback is none for a container with a network of its own", () => {
  const stub = "nameserver 127.0.0.53\nsearch lan\n";
  const behind = "nameserver 192.0.2.1\nnameserver fe80::1%eth0\nsearch lan\n";
  deepEqual(resolvConf([stub, behind], NONE), {
    text: "nameserver 192.0.2.1\nnameserver fe80::1%eth0\nsearch lan\n",
    servers: 2,
  });
  deepEqual(resolvConf([stub, ""], NONE), { text: "search lan\n", servers: 0 });
  equal(resolvConf([stub, behind], { ...NONE, isolated: false }).text, "nameserver 127.0.0.53\nsearch lan\n");
  deepEqual(resolvConf([], NONE), { text: "", servers: 0 });
});

test("what is an address", () => {
  const good = [
    "0.0.0.0",
    "255.255.255.255",
    "::",
    "::1",
    "1::",
    "fe80::1%eth0",
    "1:2:3:4:5:6:7:8",
    "::ffff:1.2.3.4",
  ];
  deepEqual(good.filter(isAddress), good);
  const bad = [
    "",
    "1.2.3",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4.5",
    ":",
    ":::",
    "1::2::3",
    "12345::",
    "g::",
    "1:2:3:4:5:6:7",
  ];
  deepEqual(
    bad.concat("1:2:3:4:5:6:7:8::", "::1%", "::1%a b", "::1.2.3", "1.2.3.4\nx").filter(isAddress),
    [],
  );
  deepEqual(["127.0.0.53", "::1", "10.0.0.1", "127.x"].map(isLoopback), [true, true, false, false]);
});

test("hosts: the container's own name, unless it is none, and what is asked for", () => {
  equal(
    hostsFile("web", [{ name: "db", address: "10.0.0.2" }]),
    "127.0.0.1 localhost web\n::1 localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n10.0.0.2 db\n",
  );
  equal(hostsFile("evil\n10.0.0.9 bank", []).includes("bank"), false);
});
