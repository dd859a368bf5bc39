/** notify on real containers: a datagram that comes late, a webhook that fails at first, and one whose certificate nobody vouches for. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { primitive } from "../../src/host/bun.ts";
import { close } from "../../src/linux/descriptor.ts";
import { bind, decode } from "../../src/linux/primitive.ts";
import { readNonBlocking } from "../../src/linux/read.ts";
import { bindSocket, unixSocket } from "../../src/linux/socket.ts";
import { makeBundle } from "../../test/support/bundle.ts";
import { builtHook, shippedDefinition } from "../../test/support/hooks.ts";
import { applyPlan } from "../../test/support/plan.ts";
import { built, hookwright, program } from "../../test/support/programs.ts";
import { type TempRoot, tempRoot } from "../../test/support/root.ts";
import { RUNTIMES, type RuntimeName, runRuntime, runtimePath } from "../../test/support/runtime.ts";

bind(primitive);

const TOOLS = Bun.which("openssl") !== null && Bun.which("curl") !== null;

describe.skipIf(!built("hookwright", "hookwright-host") || !TOOLS)("notify (curl, openssl)", () => {
  let root: TempRoot;
  let server: ReturnType<typeof Bun.serve>;
  let socket = "";
  let failures = 0;
  const posts: { body: string; type: string | null }[] = [];

  beforeAll(async () => {
    root = tempRoot();
    const keys = `${root.work}/keys`;
    mkdirSync(keys);
    const request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=site".split(" ");
    for (const name of ["site", "other"]) {
      const out = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", `${name}.key`, "-out", `${name}.pem`];
      const made = Bun.spawnSync(["openssl", ...request, ...out], { cwd: keys, stderr: "pipe" });
      if (made.exitCode !== 0) throw new Error(String(made.stderr));
    }
    server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      tls: { key: readFileSync(`${keys}/site.key`, "utf8"), cert: readFileSync(`${keys}/site.pem`, "utf8") },
      async fetch(request) {
        if (failures > 0) {
          failures--;
          return new Response("later", { status: 503 });
        }
        posts.push({ body: await request.text(), type: request.headers.get("content-type") });
        return new Response("thanks");
      },
    });
    socket = `${root.work}/socket`;
    const path = await builtHook(root, "notify");
    const attached = (annotation: string, stages: string[], ...args: string[]) =>
      shippedDefinition("notify", path, (definition) => {
        definition.hook.args = ["notify", "--annotation", "com.example.notify", ...args];
        definition.when.annotations = { "^com\\.example\\.notify$": `^${annotation}$` };
        definition.stages = stages;
      });
    const url = `https://127.0.0.1:${server.port}/x`;
    await applyPlan(root.root, {
      web: attached("web", ["createRuntime", "poststop"], "--url", url, "--ca", `${keys}/site.pem`),
      stranger: attached("stranger", ["createRuntime"], "--url", url, "--ca", `${keys}/other.pem`),
      socket: attached("socket", ["createRuntime", "poststop"], "--socket", socket),
    });
  });
  afterAll(() => {
    server.stop(true);
    root.remove();
  });

  const start = (runtime: RuntimeName, annotation: string) => {
    const id = `${annotation}-${runtime}`;
    const bundle = makeBundle(`${root.work}/${id}`, {
      tweak: (config) => {
        config.annotations = { "com.example.notify": annotation };
      },
    });
    const via = [program("hookwright-runtime"), "--runtime-path", runtimePath(runtime)];
    return runRuntime(runtime, root.root, ["run", "--bundle", bundle, id], { via });
  };
  const told = (event: string, container: string, annotation: string) => ({
    event,
    container,
    time: expect.stringMatching(/^20\d\d-.*Z$/),
    annotations: { "com.example.notify": annotation },
  });

  test.each(RUNTIMES)(
    "a webhook that is down at first is told of both ends of a container on %s",
    async (runtime) => {
      posts.length = 0;
      failures = 2;
      const done = await start(runtime, "web");
      expect([done.code, done.stderr]).toEqual([0, ""]);
      expect(posts.map(({ type }) => type)).toEqual(["application/json", "application/json"]);
      expect(posts.map(({ body }) => JSON.parse(body))).toEqual([
        told("create", `web-${runtime}`, "web"),
        told("stop", `web-${runtime}`, "web"),
      ]);
    },
  );

  test.each(RUNTIMES)(
    "one that nobody vouches for is told nothing on %s, and stops nothing",
    async (runtime) => {
      posts.length = 0;
      const id = `stranger-${runtime}`;
      expect((await start(runtime, "stranger")).code).toBe(0);
      expect(posts).toEqual([]);
      const { stdout } = await hookwright(root.root, ["events", "--container", id, "--format", "json"]);
      expect(stdout).toContain('"fail"');
      expect(stdout).toMatch(/certificate/i);
    },
  );

  test.each(RUNTIMES)(
    "a socket on which somebody listens only later gets its datagrams on %s",
    async (runtime) => {
      const running = start(runtime, "socket");
      await Bun.sleep(700);
      const fd = unixSocket("datagram");
      try {
        bindSocket(fd, socket);
        expect((await running).code).toBe(0);
        const buffer = new Uint8Array(4096);
        const messages: unknown[] = [];
        for (let count = readNonBlocking(fd, buffer); count !== null; count = readNonBlocking(fd, buffer))
          messages.push(JSON.parse(decode(buffer.subarray(0, count))));
        expect(messages).toEqual(
          ["create", "stop"].map((event) => told(event, `socket-${runtime}`, "socket")),
        );
      } finally {
        close(fd);
        Bun.spawnSync(["rm", "-f", socket]);
      }
    },
  );
});
