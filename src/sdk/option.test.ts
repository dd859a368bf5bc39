import { deepEqual, equal, test, throws } from "../../test/portable/api.ts";
import { readOptions, variableOf, wordOf } from "./option.ts";
import { choice, flag, list, maybe, path, rest, text, whole } from "./option-kinds.ts";

const OPTIONS = {
  bridgeName: text({ means: "the bridge", fallback: "br0" }),
  mtu: whole({ means: "largest packet", least: 68, most: 65535, unit: "bytes", fallback: 1500 }),
  mode: choice({ means: "how", of: ["bridge", "route"], fallback: "bridge" }),
  publish: list({ means: "a port" }),
  quiet: flag({ means: "say nothing" }),
  hosts: path({ means: "a file", fallback: "/etc/hosts" }),
  words: rest({ means: "the rest" }),
};
const { words: _, ...WITHOUT_REST } = OPTIONS;
const read = (argv: string[], env: string[] = []) => readOptions("net", WITHOUT_REST, ["net", ...argv], env);

test("a word wins over a variable, a variable over the default", () => {
  const none = read([]);
  deepEqual(
    [none.bridgeName, none.mtu, none.mode, none.publish.length, none.quiet, none.hosts],
    ["br0", 1500, "bridge", 0, false, "/etc/hosts"],
  );
  const env = ["NET_BRIDGE_NAME=br1", "NET_MTU=9000", "NET_PUBLISH=80:80 443:443", "NET_QUIET=1"];
  const varied = read([], env);
  deepEqual(
    [varied.bridgeName, varied.mtu, varied.publish, varied.quiet],
    ["br1", 9000, ["80:80", "443:443"], true],
  );
  const worded = read(
    ["--bridge-name", "br2", "--mtu=68", "--publish", "a", "--publish=b", "--mode", "route"],
    env,
  );
  deepEqual([worded.bridgeName, worded.mtu, worded.publish, worded.mode], ["br2", 68, ["a", "b"], "route"]);
});

test("an option that need not be given is undefined then", () => {
  const options = { mtu: maybe(OPTIONS.mtu), socket: maybe(text({ means: "where" })) };
  const { fallback: _, ...mtu } = options.mtu;
  const values = readOptions("net", { ...options, mtu }, ["net", "--socket", "/s"], []);
  deepEqual([values.mtu, values.socket], [undefined, "/s"]);
});

test("what does not fit names the option", () => {
  throws(() => read(["--mtu", "67"]), '--mtu "67": it is no whole number of bytes from 68 to 65535');
  throws(() => read(["--mtu", "1e3.5"]), "--mtu");
  throws(() => read([], ["NET_MTU=big"]), 'NET_MTU "big"');
  throws(() => read(["--mode", "x"]), "none of bridge, route");
  throws(() => read(["--mode"]), "--mode has no value");
  throws(() => read(["--mode", "route", "--mode", "route"]), "--mode is given twice");
  throws(() => read(["--bridge", "x"]), "there is no option --bridge");
  throws(() => read(["stray"]), "there is no option stray");
  throws(() => read(["--bridge-name", ""]), "it is empty");
  throws(() => read(["--hosts", "hosts"]), "no absolute path");
  throws(() => read(["--hosts", "/a/../b"]), "`..`");
  throws(() => read(["--quiet=perhaps"]), "neither true nor false");
});

test("the rest begins after --, whatever it looks like; an option without a default must be there", () => {
  const { words, quiet } = readOptions("net", OPTIONS, ["net", "--quiet", "--", "--mtu", "--"], []);
  deepEqual([words, quiet], [["--mtu", "--"], true]);
  throws(() => readOptions("net", OPTIONS, ["net"], []), "-- is missing");
  throws(() => readOptions("net", OPTIONS, ["net", "--"], []), "nothing follows it");
});

test("names become words and variables", () => {
  equal(wordOf("ipv6Subnet", OPTIONS.mtu), "--ipv6-subnet");
  equal(variableOf("bridge-network", "ipv6Subnet"), "BRIDGE_NETWORK_IPV6_SUBNET");
});
