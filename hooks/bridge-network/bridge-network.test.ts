/**
 * bridge-network in a network of the test's own: containers that reach each other, the host and the outside, published ports that answer,
 * and nothing that is left, however they end.
 */

import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { makeBundle, makeRootfs } from "../../test/support/bundle.ts";
import { EngineWorld, installed, preparePodman, startDocker } from "../../test/support/engines.ts";
import { builtHook, shippedDefinition } from "../../test/support/hooks.ts";
import { HOST, makeSite, Neighbours, OUTSIDE, who } from "../../test/support/network.ts";
import { applyPlan } from "../../test/support/plan.ts";
import { built, program } from "../../test/support/programs.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { type Outcome, RUNTIMES, type RuntimeName, runtimePath } from "../../test/support/runtime.ts";

const NETWORK = "com.example.network";
const PUBLISH = "com.example.publish";
const SERVER = ["/bin/busybox", "httpd", "-f", "-p", "8000", "-h", "/www"];

describe.skipIf(!built("hookwright", "hookwright-host") || !installed("nft", "ip"))("bridge-network", () => {
  let root: TempRoot;
  let world: EngineWorld;
  let neighbours: Neighbours;
  let outside = 0;
  let hook = "";
  beforeAll(async () => {
    root = tempRoot();
    hook = await builtHook(root, "bridge-network");
    const attached = (bridge: string, annotation: string, ...words: string[]) =>
      shippedDefinition("bridge-network", hook, (definition) => {
        definition.hook.args = ["bridge-network", "--bridge", bridge, "--publish-from", PUBLISH, ...words];
        definition.when.annotations = { [NETWORK]: `^${annotation}$` };
        // A busy machine.
        definition.hook.timeout = 20;
      });
    await applyPlan(root.root, {
      shipped: shippedDefinition("bridge-network", hook, (definition) => {
        definition.hook.timeout = 20;
      }),
      apart: attached(
        "apart0",
        "apart",
        "--subnet",
        "10.94.0.0/24",
        "--subnet6",
        "fd94::/64",
        "--isolate",
        "--masquerade",
        "off",
        "--mtu",
        "1400",
      ),
      engine: shippedDefinition("bridge-network", hook, (definition) => {
        definition.hook.args = [
          "bridge-network",
          "--bridge",
          "engine0",
          "--subnet",
          "10.95.0.0/24",
          "--publish",
          "8085:8000",
        ];
        definition.hook.timeout = 20;
        definition.when = { commands: ["^/bin/busybox$"], annotations: { [NETWORK]: "^engine$" } };
      }),
      docker: shippedDefinition("bridge-network", hook, (definition) => {
        definition.hook.args = [
          "bridge-network",
          "--bridge",
          "docker1",
          "--subnet",
          "10.96.0.0/24",
          "--publish",
          "8086:8000",
        ];
        definition.hook.timeout = 20;
        definition.when = { commands: ["^/bin/busybox.served$"] };
      }),
    });
    world = await EngineWorld.begin(root);
    neighbours = new Neighbours(world);
    outside = await neighbours.outside(["10.93.0.0/24", "fd93::/64"]);
    neighbours.serve(makeSite(`${root.work}/site`, "outside", "/usr/bin/busybox"), 7000, outside);
    neighbours.serve(makeSite(`${root.work}/own`, "host", "/usr/bin/busybox"), 7000, world.pid);
  });
  afterEach(async () => {
    for (const [id, name] of started) await runtime(name, "delete", "--force", id);
    started.clear();
  });
  afterAll(async () => {
    await neighbours.end();
    await world.end();
    root.remove();
  });

  /** Containers that a test which failed has left. */
  const started = new Map<string, RuntimeName>();
  const runtime = (name: RuntimeName, ...words: string[]): Promise<Outcome> => {
    const state = `${root.work}/state-${name}`;
    mkdirSync(state, { recursive: true });
    return world.run([
      program("hookwright-runtime"),
      "--runtime-path",
      runtimePath(name),
      "--root",
      state,
      ...words,
    ]);
  };
  /** Starts a container with a server that says its id; returns its pid. */
  const start = async (
    name: RuntimeName,
    id: string,
    annotations: Record<string, string>,
  ): Promise<number> => {
    const bundle = makeBundle(`${root.work}/${id}`, {
      args: SERVER,
      tweak: (config) => {
        config.annotations = annotations;
      },
    });
    makeSite(`${bundle}/rootfs/www`, id, "/bin/busybox");
    const pidFile = `${root.work}/${id}.pid`;
    started.set(id, name);
    const made = await runtime(name, "create", "--pid-file", pidFile, "--bundle", bundle, id);
    expect([made.code, made.stderr]).toEqual([0, ""]);
    expect((await runtime(name, "start", id)).code).toBe(0);
    return Number(readFileSync(pidFile, "utf8"));
  };
  const rules = async () => (await world.run(["nft", "list", "ruleset"])).stdout;
  const links = async () =>
    (await world.run(["ip", "-o", "link"])).stdout
      .split("\n")
      .map((line) => line.split(": ")[1]?.split("@")[0] ?? "")
      .filter(Boolean)
      .sort();
  const entries = (path: string) => (existsSync(path) ? readdirSync(path) : []);
  const nothingLeft = async () => {
    expect([await links(), await rules()]).toEqual([["lo", "out"], ""]);
    expect((await world.run(["ip", "-o", "-4", "address", "show", "to", "10.0.0.0/8"])).stdout).toBe("");
    expect([entries(root.ledger), entries(`${root.state}/shared`)]).toEqual([[], []]);
  };

  test.each(RUNTIMES)(
    "on %s: each other, the host, the outside, published ports; and nothing is left",
    async (name) => {
      const [a, b] = [`bridge-a-${name}`, `bridge-b-${name}`];
      const pidA = await start(name, a, {
        [NETWORK]: "bridge",
        [PUBLISH]: "8080:8000, 127.0.0.1:8081:8000/tcp",
      });
      const pidB = await start(name, b, { [NETWORK]: "bridge" });
      const expected: [asks: number | undefined, whom: string, answer: string][] = [
        [pidB, "10.93.0.2:8000", `${a} 10.93.0.3`],
        [pidB, "[fd93::2]:8000", `${a} fd93::3`],
        [undefined, "10.93.0.2:8000", `${a} 10.93.0.1`],
        [undefined, "[fd93::2]:8000", `${a} fd93::1`],
        [pidA, "10.93.0.1:7000", "host 10.93.0.2"],
        [pidA, `${OUTSIDE.v4}:7000`, `outside ${HOST.v4}`],
        [pidA, `[${OUTSIDE.v6}]:7000`, `outside ${HOST.v6}`],
        [outside, `${HOST.v4}:8080`, `${a} ${OUTSIDE.v4}`],
        [outside, `[${HOST.v6}]:8080`, `${a} ${OUTSIDE.v6}`],
        [undefined, "127.0.0.1:8080", `${a} 10.93.0.1`],
        [undefined, "127.0.0.1:8081", `${a} 10.93.0.1`],
        [undefined, `${HOST.v4}:8080`, expect.stringContaining(`${a} `) as unknown as string],
        [pidB, `${HOST.v4}:8080`, `${a} 10.93.0.1`],
        [pidA, `${HOST.v4}:8080`, `${a} 10.93.0.1`],
        [pidA, "127.0.0.1:8000", `${a} 127.0.0.1`],
        // Not published there, or not at all.
        [outside, `${HOST.v4}:8081`, ""],
        [outside, "10.93.0.2:8000", ""],
        [outside, "[fd93::2]:8000", ""],
      ];
      const answers = await Promise.all(
        expected.map(([asks, whom, answer]) => who(world, whom, asks, answer !== "")),
      );
      expect(answers).toEqual(expected.map(([, , answer]) => answer));
      // Whoever is on the bridge does not get to what listens on the host's loopback only.
      const trick =
        "ip address del 127.0.0.1/8 dev lo; echo 1 >/proc/sys/net/ipv4/conf/eth0/route_localnet; ip route add 127.0.0.0/8 via 10.93.0.1 src 10.93.0.3";
      const inB = ["nsenter", `--net=/proc/${pidB}/ns/net`];
      expect((await world.run([...inB, "sh", "-c", trick])).stderr).toBe("");
      expect(await who(world, "127.0.0.1:7000", pidB, false)).toBe("");
      for (const id of [a, b]) expect((await runtime(name, "delete", "--force", id)).code).toBe(0);
      await nothingLeft();
    },
  );

  test("isolated, not masqueraded, of that size; the port that somebody has is refused, and so is another bridge of that name", async () => {
    const pidA = await start("runc", "apart-a", { [NETWORK]: "apart", [PUBLISH]: "8083:8000" });
    const pidB = await start("runc", "apart-b", { [NETWORK]: "apart" });
    expect(await who(world, "10.94.0.1:7000", pidB)).toBe("host 10.94.0.3");
    expect(await who(world, "127.0.0.1:8083")).toBe("apart-a 10.94.0.1");
    for (const place of ["10.94.0.2:8000", "[fd94::2]:8000"])
      expect(await who(world, place, pidB, false)).toBe("");
    expect(readFileSync(`/proc/${pidA}/net/dev`, "utf8")).toContain("eth0:");
    expect(
      (await world.run(["nsenter", `--net=/proc/${pidA}/ns/net`, "ip", "link", "show", "eth0"])).stdout,
    ).toContain("mtu 1400");
    expect(await rules()).not.toContain('oifname != "apart0" masquerade');
    const refused = await runtime(
      "runc",
      "run",
      "--bundle",
      makeBundle(`${root.work}/apart-c`, {
        tweak: (config) => {
          config.annotations = { [NETWORK]: "apart", [PUBLISH]: "127.0.0.1:8083:8000" };
        },
      }),
      "apart-c",
    );
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("apart-a has 8083:8000/tcp");
    for (const id of ["apart-a", "apart-b"]) await runtime("runc", "delete", "--force", id);
    await nothingLeft();
  });

  /** A state as a runtime tells it, in a file. */
  const stateOf = (id: string, more: object): string => {
    const file = `${root.work}/states/${id}`;
    mkdirSync(`${root.work}/states`, { recursive: true });
    writeFileSync(
      file,
      JSON.stringify({ ociVersion: "1.0.2", id, bundle: `/b/${id}`, annotations: {}, ...more }),
    );
    return file;
  };
  const plan = () => readlinkSync(root.current).slice(0, 64);
  const planned = () => {
    const { guard, definitions } = JSON.parse(readFileSync(root.current, "utf8"));
    return { guard, entry: definitions.find(({ name }: { name: string }) => name === "shipped").entry };
  };

  test("a hundred containers have a hundred addresses, and give them back", async () => {
    const hundred = new Neighbours(world);
    const pids = await Promise.all(Array.from({ length: 100 }, () => hundred.namespace()));
    const { guard, entry } = planned();
    const create = async (index: number) => {
      const state = stateOf(`c${index}`, { pid: pids[index] });
      const words = [`${root.store}/${guard}`, "guard", `${root.store}/${entry}`, "createRuntime", plan()];
      const done = await world.run(["sh", "-c", 'exec "$@" <"$0"', state, ...words]);
      expect([done.code, done.stderr]).toEqual([0, ""]);
    };
    try {
      const next = pids.keys();
      const worker = async () => {
        for (const index of next) await create(index);
      };
      await Promise.all([worker(), worker(), worker()]);
      const script = `for pid in ${pids.join(" ")}; do nsenter --net=/proc/$pid/ns/net ip -o -4 address show eth0; done`;
      const addresses = (await world.run(["sh", "-c", script])).stdout.match(/10\.93\.0\.\d+\/24/g);
      expect([addresses?.length, new Set(addresses).size]).toEqual([100, 100]);
    } finally {
      await hundred.end();
    }
    expect((await world.hookwright("reconcile")).code).toBe(0);
    await nothingLeft();
  }, 120_000);

  test("killed in the middle, wherever, reconcile leaves nothing", async () => {
    const { entry } = planned();
    const { args } = JSON.parse(readFileSync(`${root.store}/${entry}`, "utf8"));
    const some = new Neighbours(world);
    /** Runs the hook's program until its Nth call of that kind; returns whether that was its end. */
    const killed = async (call: string, at: number) => {
      const id = `k-${call}-${at}`;
      const state = stateOf(id, { pid: await some.namespace() });
      const key = createHash("sha256").update(`${id}\0/b/${id}`).digest("hex").slice(0, 32);
      const ledger = `${root.ledger}/${key}/${entry}.${plan()}`;
      const env = ["HOOKWRIGHT_STAGE=createRuntime", `HOOKWRIGHT_LEDGER=${ledger}`];
      const strace = [
        "/usr/bin/strace",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        `inject=${call}:signal=KILL:when=${at}`,
      ];
      const words = ["env", "-i", ...env, ...strace, hook, ...args.slice(1)];
      const { code, signal } = await world.run(["sh", "-c", 'exec "$@" <"$0"', state, ...words]);
      return code === 137 || signal === "SIGKILL";
    };
    /** Where it leaves something: a request to the kernel, a program, a file in place, a line on the disk; and how many it makes. */
    const calls: { [name: string]: number[] } = {
      sendto: Array.from({ length: 11 }, (_, i) => 2 * i + 1),
      clone: [1, 2],
      renameat2: [1],
      fdatasync: [1],
      flock: [1, 2],
      setns: [2, 4],
    };
    for (const [call, points] of Object.entries(calls)) {
      const ends = await Promise.all(points.map((at) => killed(call, at)));
      expect([call, ends.filter(Boolean).length]).toEqual([call, points.length]);
      await some.end();
      const done = await world.hookwright("reconcile");
      expect([done.code, done.stderr]).toEqual([0, expect.stringMatching(/^(nothing is left\n)?$/)]);
      await nothingLeft();
    }
  }, 120_000);

  const site = (name: string) => {
    const rootfs = makeRootfs(`${root.work}/${name}`);
    makeSite(`${rootfs}/www`, name, "/bin/busybox");
    if (!existsSync(`${rootfs}/bin/busybox.served`)) symlinkSync("busybox", `${rootfs}/bin/busybox.served`);
    return rootfs;
  };
  /** By a name of its own: Docker has no annotations. */
  const SERVED = ["/bin/busybox.served", "httpd", "-f", "-p", "8000", "-h", "/www"];

  test.skipIf(!installed("dockerd", "docker", "tar"))(
    "Docker with --network none",
    async () => {
      mkdirSync(`${root.root}/etc/docker`, { recursive: true });
      writeFileSync(
        `${root.root}/etc/docker/daemon.json`,
        JSON.stringify({ runtimes: { hooked: { path: program("hookwright-runc") } } }),
      );
      await startDocker(world, root);
      const image = await world.run(["sh", "-c", `tar -C ${site("docker")} -c . | docker import - served:1`]);
      expect([image.code, image.stderr]).toEqual([0, ""]);
      const started = await world.run([
        "docker",
        "run",
        "-d",
        "--network",
        "none",
        "--runtime",
        "hooked",
        "served:1",
        ...SERVED,
      ]);
      expect([started.code, started.stderr]).toEqual([0, ""]);
      expect(await who(world, `${HOST.v4}:8086`, outside)).toBe(`docker ${OUTSIDE.v4}`);
      const restarted = await world.run(["docker", "restart", "-t", "0", started.stdout.trim()]);
      expect([restarted.code, restarted.stderr]).toEqual([0, ""]);
      expect(await who(world, `${HOST.v4}:8086`, outside)).toBe(`docker ${OUTSIDE.v4}`);
      expect((await world.run(["docker", "rm", "-f", started.stdout.trim()])).code).toBe(0);
      await nothingLeft();
    },
    120_000,
  );

  test.skipIf(!installed("podman", "conmon"))(
    "Podman with --network none",
    async () => {
      preparePodman(root);
      const enabled = await world.hookwright("engine", "enable", "podman");
      expect(enabled.code).toBe(0);
      const words = ["--network", "none", "--annotation", `${NETWORK}=engine`, "--rootfs", site("podman")];
      const started = await world.run(["podman", "run", "-d", ...words, ...SERVER]);
      expect([started.code, started.stderr]).toEqual([0, ""]);
      expect(await who(world, `${HOST.v4}:8085`, outside)).toBe(`podman ${OUTSIDE.v4}`);
      expect((await world.run(["podman", "rm", "-f", "-t", "0", started.stdout.trim()])).code).toBe(0);
      await nothingLeft();
    },
    120_000,
  );
});
