/** Links, addresses and routes in network namespaces of the test's own: what is asked for is what the kernel then says. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Subprocess } from "bun";
import { primitive } from "../host/bun.ts";
import { visitNamespace } from "../linux/namespace.ts";
import { bind } from "../linux/primitive.ts";
import { callOf } from "./call.ts";
import { type Network, network } from "./network.ts";

bind(primitive);

let host: Subprocess;
let container: Subprocess;
const namespace = async () => {
  const child = Bun.spawn(["unshare", "--net", "sleep", "300"]);
  while (readFileSync(`/proc/${child.pid}/comm`, "utf8") !== "sleep\n") await Bun.sleep(2);
  return child;
};
beforeEach(async () => {
  [host, container] = await Promise.all([namespace(), namespace()]);
});
afterEach(async () => {
  for (const child of [host, container]) {
    child.kill("SIGKILL");
    await child.exited;
  }
});

/** With a container whose process is `pid`, in the host's namespace. */
function onHost<T>(work: (network: Network) => T, pid = container.pid): T {
  const hook = { name: "test", stages: ["createRuntime"] as const };
  const call = callOf(hook, JSON.stringify({ id: "c", bundle: "/b", pid }), []);
  return visitNamespace(host.pid, "net", () => work(network.open(call)));
}
const inContainer = <T>(work: (network: Network) => T) =>
  visitNamespace(container.pid, "net", () =>
    work(network.open(callOf({ name: "t", stages: ["poststop"] }, "{}", []))),
  );

test("a bridge with addresses, and a pair of links into the container's namespace", () => {
  onHost((network) => {
    network.addBridge("br0", { up: true });
    expect(network.addAddress("br0", "10.9.0.1/24")).toBe(true);
    expect(network.addAddress("br0", "10.9.0.1/24")).toBe(false);
    expect(network.addAddress("br0", "fd09::1/64")).toBe(true);
    network.addVeth(
      "outside",
      { name: "eth0", inContainer: true, mtu: 1400 },
      { bridge: "br0", up: true, isolated: true, mtu: 1400 },
    );
    const bridge = network.link("br0");
    expect(bridge).toMatchObject({ name: "br0", kind: "bridge", up: true, master: 0 });
    expect(network.link("outside")).toMatchObject({
      kind: "veth",
      mtu: 1400,
      up: true,
      master: bridge?.index,
    });
    expect(network.link("eth0")).toBeNull();
    expect(network.addresses("br0")).toEqual(expect.arrayContaining(["10.9.0.1/24", "fd09::1/64"]));
    expect(
      network
        .links()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(["br0", "lo", "outside"]);
    expect(readFileSync(`/proc/${host.pid}/net/dev`, "utf8")).toContain("outside:");
  });
  inContainer((network) => {
    expect(network.link("eth0")?.mtu).toBe(1400);
    network.addAddress("eth0", "10.9.0.2/24");
    network.change("eth0", { up: true });
    network.addRoute({ via: "10.9.0.1" });
    network.addRoute({ to: "10.10.0.0/16", link: "eth0" });
    const routes = readFileSync(`/proc/${container.pid}/net/route`, "utf8")
      .split("\n")
      .map((line) => line.split("\t").slice(0, 3).join(" "));
    expect(routes).toEqual(expect.arrayContaining(["eth0 00000000 0100090A", "eth0 00000A0A 00000000"]));
    network.change("eth0", { up: false });
    network.change("eth0", { name: "lan" });
    expect(network.link("lan")).not.toBeNull();
    network.removeAddress("lan", "10.9.0.2/24");
    expect(network.addresses("lan")).not.toContain("10.9.0.2/24");
  });
  onHost((network) => {
    expect([network.remove("outside"), network.remove("outside"), network.remove("br0")]).toEqual([
      true,
      false,
      true,
    ]);
  });
  expect(inContainer((network) => network.link("lan"))).toBeNull();
});

test("a link moves into the container", () => {
  onHost((network) => {
    network.addVeth("a", { name: "b" });
    network.change("b", { inContainer: true, name: "eth0" });
    expect(network.link("b")).toBeNull();
  });
  expect(inContainer((network) => network.link("eth0")?.kind)).toBe("veth");
});

test("what the kernel refuses is said in its words; a container without a network of its own gets no link", () => {
  onHost((network) => {
    network.addBridge("br0");
    expect(() => network.addBridge("br0")).toThrow("rtnetlink new bridge br0: exists already (EEXIST)");
    expect(() => network.change("br0", { mtu: 1 })).toThrow(
      /rtnetlink change br0 \(.*mtu less than.*\): invalid argument/i,
    );
    expect(() => network.change("nothing", { up: true })).toThrow("use the link nothing: there is none");
    expect(() => network.addAddress("br0", "10.0.0.300/8")).toThrow("no address");
    expect(() => network.addRoute({ via: "10.9.9.9" })).toThrow(
      /new route default 10.9.9.9 \(.*gateway.*\): ENETUNREACH/i,
    );
  });
  expect(() =>
    onHost((network) => network.addVeth("x", { name: "eth0", inContainer: true }), host.pid),
  ).toThrow("it has no network of its own");
});
