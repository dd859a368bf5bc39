/**
 * The built-in hooks where most containers are: under Docker and Podman, all of them on one container, which says what it sees of
 * them; and two of them on a container that runs, which is named as the engine shows it.
 */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { primitive } from "../src/host/bun.ts";
import { close } from "../src/linux/descriptor.ts";
import { bind, decode } from "../src/linux/primitive.ts";
import { readNonBlocking } from "../src/linux/read.ts";
import { bindSocket, unixSocket } from "../src/linux/socket.ts";
import { makeRootfs } from "../test/support/bundle.ts";
import { EngineWorld, installed, preparePodman, startDocker } from "../test/support/engines.ts";
import { builtHook, shippedDefinition } from "../test/support/hooks.ts";
import { applyPlan } from "../test/support/plan.ts";
import { built, program } from "../test/support/programs.ts";
import { type TempRoot, tempRoot } from "../test/support/root.ts";
import { RUNTIMES, runtimePath } from "../test/support/runtime.ts";

bind(primitive);

const HOOKS = ["exec", "resolv", "mount", "ca-certificates", "notify", "env", "seccomp", "bind-device"];
const ENGINES = ["dockerd", "docker", "podman", "conmon", "tar", "openssl"];
const ready = built("hookwright", "hookwright-host", "hookwright-runc") && installed(...ENGINES);

/** What each hook leaves for a container to see, in the order of HOOKS without exec and notify. */
const SCRIPT = `
  head -n 1 /etc/resolv.conf
  cat /bound/file
  grep -c 'BEGIN CERTIFICATE' /etc/ssl/certs/ca-certificates.crt
  echo "$TOKEN"
  mkdir /tmp/made 2>/dev/null || echo confined
  ( : </dev/fuse ) && echo device`;
const SEEN = "nameserver 192.0.2.53\nbound\n1\nof a file\nconfined\ndevice\n";

describe.skipIf(!ready || !existsSync("/dev/fuse"))("built-in hooks (dockerd, podman, /dev/fuse)", () => {
  let root: TempRoot;
  let world: EngineWorld;
  let socket = -1;

  const done = async (...command: string[]) => {
    const { code, stdout, stderr } = await world.run(command);
    if (code !== 0) throw new Error(`${command.join(" ")}: ${code}: ${stderr}${stdout}`);
    return stdout.trim();
  };
  const podman = (runtime: string, ...words: string[]) => [
    "podman",
    "--runtime",
    `${root.work}/through-${runtime}`,
    ...words,
  ];

  beforeAll(async () => {
    root = tempRoot();
    world = await EngineWorld.begin(root);
    const paths: { [hook: string]: string } = {};
    for (const hook of HOOKS) paths[hook] = await builtHook(root, hook);
    mkdirSync(`${root.root}/etc/docker`, { recursive: true });
    writeFileSync(`${root.root}/etc/docker/daemon.json`, "{}");
    await applyPlan(root.root, {});
    await done(program("hookwright"), "engine", "enable", "docker");
    preparePodman(root);
    for (const runtime of RUNTIMES) {
      const words = `--runtime-path ${runtimePath(runtime)} "$@"`;
      const script = `#!/bin/sh\nHOOKWRIGHT_ROOT=${root.root} exec ${program("hookwright-runtime")} ${words}\n`;
      writeFileSync(`${root.work}/through-${runtime}`, script);
      chmodSync(`${root.work}/through-${runtime}`, 0o755);
    }
    await startDocker(world, root);
    await done("tar", "-C", makeRootfs(`${root.work}/image`), "-cf", `${root.work}/image.tar`, ".");
    const images = [
      await done("docker", "import", `${root.work}/image.tar`, "bb:1"),
      await done("podman", "import", "-q", `${root.work}/image.tar`, "localhost/bb:1"),
    ].map((id) => `sha256:${id.replace("sha256:", "")}`);

    mkdirSync(`${root.work}/source`);
    writeFileSync(`${root.work}/source/file`, "bound\n");
    writeFileSync(`${root.work}/token`, "of a file\n", { mode: 0o600 });
    const syscalls = [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 1 }];
    const profile = { defaultAction: "SCMP_ACT_ALLOW", syscalls };
    writeFileSync(`${root.work}/profile.json`, JSON.stringify(profile));
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    await done(
      "openssl",
      ...request,
      "-subj",
      "/CN=own",
      "-keyout",
      "/dev/null",
      "-out",
      `${root.work}/own.pem`,
    );
    socket = unixSocket("datagram");
    bindSocket(socket, `${root.work}/socket`);
    const always = (hook: string, stages: string[], args: string[]) =>
      shippedDefinition(hook, paths[hook] ?? "", (definition) => {
        Object.assign(definition, { name: hook, when: { always: true }, stages });
        definition.hook.args = [hook, ...args];
      });
    const touch = ["--", "/usr/bin/touch", `${root.work}/ran/{stage}.{id}`];
    mkdirSync(`${root.work}/ran`);
    await applyPlan(root.root, {
      exec: always("exec", ["createRuntime", "poststop"], touch),
      resolv: always("resolv", ["createContainer"], ["--nameserver", "192.0.2.53"]),
      mount: always(
        "mount",
        ["createContainer"],
        ["--mount", `type=bind,source=${root.work}/source,target=/bound`],
      ),
      "ca-certificates": always("ca-certificates", ["createContainer"], ["--file", `${root.work}/own.pem`]),
      notify: always("notify", ["poststart", "poststop"], ["--socket", `${root.work}/socket`]),
      env: always("env", ["precreate"], ["--file", `TOKEN=${root.work}/token`]),
      seccomp: always(
        "seccomp",
        ["precreate"],
        [
          "--docker-root",
          `${root.work}/docker-data`,
          ...images.flatMap((id) => ["--image", `${id}=${root.work}/profile.json`]),
        ],
      ),
      "bind-device": always("bind-device", ["createRuntime"], ["--device", "path=/dev/fuse"]),
    });
  });
  afterAll(async () => {
    if (socket >= 0) close(socket);
    await world?.end();
    root?.remove();
  });

  /** Of the last container: the stages of exec, and the events of notify. */
  const told = () => {
    const stages = readdirSync(`${root.work}/ran`).map((name) => name.split("."));
    const ids = new Set(stages.map(([, id]) => id));
    Bun.spawnSync(["sh", "-c", `rm ${root.work}/ran/*`]);
    const buffer = new Uint8Array(4096);
    const events: string[] = [];
    for (
      let count = readNonBlocking(socket, buffer);
      count !== null;
      count = readNonBlocking(socket, buffer)
    ) {
      const { event, container } = JSON.parse(decode(buffer.subarray(0, count)));
      ids.add(container);
      events.push(event);
    }
    return { stages: stages.map(([stage]) => stage).sort(), events, containers: ids.size };
  };
  const ALL = { stages: ["createRuntime", "poststop"], events: ["start", "stop"], containers: 1 };

  const cases: [name: string, words: () => string[]][] = [
    ["docker", () => ["docker", "run", "--rm", "--network", "none", "--runtime", "hookwright", "bb:1"]],
    ...RUNTIMES.map((runtime): [string, () => string[]] => [
      `podman with ${runtime}`,
      () => podman(runtime, "run", "--rm", "--network", "none", "localhost/bb:1"),
    ]),
  ];
  test.each(cases)("all of them, under %s", async (_name, words) => {
    expect(await world.run([...words(), "/bin/sh", "-c", SCRIPT])).toMatchObject({
      code: 0,
      stdout: SEEN,
      stderr: "",
    });
    expect(told()).toEqual(ALL);
  });

  const running = {
    docker: {
      start: ["docker", "run", "-d", "--network", "none", "bb:1"],
      state: () => `${root.work}/docker-exec/runtime-runc/moby`,
    },
    podman: {
      start: ["podman", "run", "-d", "--network", "none", "localhost/bb:1"],
      state: () => "/run/runc",
    },
  };
  test.each(["docker", "podman"] as const)("on a container of %s that runs", async (engine) => {
    const { start, state } = running[engine];
    const id = await done(
      ...start,
      "/bin/sh",
      "-c",
      "until [ -e /bound/file ]; do sleep 0.1; done; ( : </dev/fuse ) && echo device; sleep 60",
    );
    try {
      const hot = (hook: string, ...args: string[]) =>
        world.hookwright(
          ...[
            "hook",
            "run",
            `${root.work}/hooks/${hook}`,
            "--stage",
            "poststart",
            "--container",
            id.slice(0, 12),
          ],
          ...["--runtime-root", state(), ...args.flatMap((word) => ["--arg", word])],
        );
      expect(await hot("bind-device", "--device", "path=/dev/fuse")).toMatchObject({ code: 0 });
      expect(
        await hot("mount", "--mount", `type=bind,source=${root.work}/source,target=/bound`),
      ).toMatchObject({ code: 0 });
      let said = "";
      for (let tries = 0; tries < 50 && said === ""; tries++) {
        said = await done(engine, "logs", id);
        if (said === "") await Bun.sleep(100);
      }
      expect(said).toBe("device");
    } finally {
      await done(engine, "rm", "-f", ...(engine === "podman" ? ["-t", "0"] : []), id);
    }
  });
});
