/**
 * The plugin's side of the protocol, against a runtime of a version that no Debian release has: what it may do that containerd 1.7
 * does not, such as to configure first, to take a seccomp profile, or to refuse.
 */

import { afterEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { create, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { primitive } from "../host/bun.ts";
import { bind } from "../linux/primitive.ts";
import { digestOf } from "../plan/store.ts";
import type { Plan, PlannedDefinition } from "../spec/plan.ts";
import { rootsAt } from "../spec/roots.ts";
import {
  ConfigureRequestSchema,
  ConfigureResponseSchema,
  type ContainerAdjustment,
  CreateContainerRequestSchema,
  CreateContainerResponseSchema,
  RegisterPluginRequestSchema,
  SynchronizeRequestSchema,
  SynchronizeResponseSchema,
} from "./generated/nri_pb.ts";
import { CONNECTION, Demultiplexer, framesOf } from "./mux.ts";
import type { Level } from "./options.ts";
import { openSession, type Session } from "./plugin.ts";
import { failureBytes, MessageReader, requestBytes, responseBytes } from "./ttrpc.ts";

bind(primitive);

const PLUGIN = "nri.pkg.api.v1alpha1.Plugin";
const hex = (digit: string) => digit.repeat(64);

/** A runtime that speaks the protocol, step by step as a test wants it. */
class Runtime {
  readonly #server: Server;
  #socket: Socket | undefined;
  readonly #waiting = new Map<number, (answer: Uint8Array | string) => void>();
  #stream = 1;
  registered: { pluginName: string; pluginIdx: string } | undefined;

  constructor(path: string, onRegister: (runtime: Runtime, answer: (refusal?: string) => void) => void) {
    this.#server = createServer((socket) => {
      this.#socket = socket;
      const pieces = new Demultiplexer();
      const readers = [new MessageReader(), new MessageReader()] as const;
      socket.on("data", (bytes: Buffer) => {
        for (const piece of pieces.push(bytes)) {
          const reader = piece.connection === CONNECTION.plugin ? readers[0] : readers[1];
          for (const message of reader.push(piece.bytes)) {
            if (message.kind === "response") {
              const { status, payload } = message.response;
              this.#waiting.get(message.stream)?.(status === undefined ? payload : status.message);
              continue;
            }
            this.registered = fromBinary(RegisterPluginRequestSchema, message.request.payload);
            onRegister(this, (refusal) => {
              const { stream } = message;
              const bytes =
                refusal === undefined
                  ? responseBytes(stream, new Uint8Array(0))
                  : failureBytes(stream, 2, refusal);
              socket.write(framesOf(CONNECTION.runtime, bytes));
            });
          }
        }
      });
    }).listen(path);
  }

  /** The answer's payload, or the message of a refusal. */
  call(method: string, payload: Uint8Array): Promise<Uint8Array | string> {
    const stream = this.#stream;
    this.#stream += 2;
    return new Promise((resolve) => {
      this.#waiting.set(stream, resolve);
      this.#socket?.write(framesOf(CONNECTION.plugin, requestBytes(stream, PLUGIN, method, payload)));
    });
  }

  async configure(runtimeName: string, runtimeVersion: string): Promise<number> {
    const request = create(ConfigureRequestSchema, { runtimeName, runtimeVersion, requestTimeout: 2000n });
    const answer = await this.call("Configure", toBinary(ConfigureRequestSchema, request));
    return fromBinary(ConfigureResponseSchema, answer as Uint8Array).events;
  }

  async create(
    request: MessageInitShape<typeof CreateContainerRequestSchema>,
  ): Promise<ContainerAdjustment | string> {
    const message = create(CreateContainerRequestSchema, request);
    const answer = await this.call("CreateContainer", toBinary(CreateContainerRequestSchema, message));
    if (typeof answer === "string") return answer;
    const { adjust } = fromBinary(CreateContainerResponseSchema, answer);
    if (adjust === undefined) throw new Error("no adjustment");
    return adjust;
  }

  close(): void {
    this.#socket?.destroy();
    this.#server.close();
  }
}

const open: { runtime?: Runtime; session?: Session; dir?: string } = {};
afterEach(() => {
  open.session?.connection.close();
  open.runtime?.close();
  if (open.dir !== undefined) rmSync(open.dir, { recursive: true });
  delete open.dir;
});

function define(name: string, more: Partial<PlannedDefinition>): PlannedDefinition {
  const definition = {
    name,
    file: name,
    when: { always: true },
    stages: [],
    position: "append",
    onFailure: "stop",
  };
  return { ...definition, ...more } as PlannedDefinition;
}

/** Connects a plugin whose plan has these definitions to a runtime that configures it before it answers. */
async function meet(name: string, version: string, ...definitions: PlannedDefinition[]) {
  open.dir = mkdtempSync("/var/lib/hookwright-test-");
  const roots = rootsAt(open.dir);
  const plan: Plan = {
    version: 1,
    generation: 1,
    created: "2026-11-23T00:00:00Z",
    guard: hex("9"),
    definitions,
  };
  const text = JSON.stringify(plan);
  mkdirSync(roots.plans, { recursive: true });
  writeFileSync(`${roots.plans}/${digestOf(text)}.json`, text);
  symlinkSync(`${digestOf(text)}.json`, roots.current);
  const said: [Level, string][] = [];
  let events = 0;
  const runtime = new Runtime(`${open.dir}/nri.sock`, async (one, answer) => {
    events = await one.configure(name, version);
    answer();
  });
  open.runtime = runtime;
  const session = await openSession({
    roots,
    socket: `${open.dir}/nri.sock`,
    name: "hookwright",
    index: "10",
    log: (level, message) => said.push([level, message]),
  });
  open.session = session;
  return { runtime, session, said, events };
}

describe("the session", () => {
  test("configured before its registration is answered; asks for events that every version knows", async () => {
    const { runtime, session, events } = await meet("containerd", "v2.2.0");
    expect(runtime.registered).toMatchObject({ pluginName: "hookwright", pluginIdx: "10" });
    expect([session.dialect.name, session.due]).toEqual(["containerd 2.2.0", 2000]);
    // Creation and removal of containers, of the eleven events that NRI began with.
    expect(events).toBe(0b10000001000);
  });

  test("parts of a synchronization are asked for until there are no more", async () => {
    const { runtime } = await meet("cri-o", "1.34.0");
    for (const more of [true, false]) {
      const request = toBinary(SynchronizeRequestSchema, create(SynchronizeRequestSchema, { more }));
      const answer = await runtime.call("Synchronize", request);
      expect(fromBinary(SynchronizeResponseSchema, answer as Uint8Array).more).toBe(more);
    }
    expect(await runtime.call("SomethingNew", new Uint8Array(0))).toBe("no method SomethingNew");
  });

  test("a runtime that refuses the plugin is taken at its word", async () => {
    open.dir = mkdtempSync("/var/lib/hookwright-test-");
    const socket = `${open.dir}/nri.sock`;
    open.runtime = new Runtime(socket, (_, answer) => answer("invalid plugin index"));
    const options = {
      roots: rootsAt(open.dir),
      socket,
      name: "hookwright",
      index: "10",
      log: () => undefined,
    };
    expect(openSession(options)).rejects.toThrow("register with the runtime: invalid plugin index");
  });
});

describe("an adjustment", () => {
  const profile = {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 38,
    architectures: ["SCMP_ARCH_X86_64"],
    syscalls: [
      {
        names: ["clone"],
        action: "SCMP_ACT_ALLOW",
        args: [{ index: 0, value: 2 ** 64, valueTwo: 1, op: "SCMP_CMP_MASKED_EQ" }],
      },
    ],
  };

  test("has the seccomp profile where the runtime takes one, and says what is lost where not", async () => {
    const one = define("filter", { edits: { seccomp: { profile } } });
    const { runtime } = await meet("containerd", "2.2.1", one);
    expect(await runtime.create({ container: { id: "c" } })).toMatchObject({
      linux: {
        seccompPolicy: {
          defaultAction: "SCMP_ACT_ERRNO",
          defaultErrno: { value: 38 },
          architectures: ["SCMP_ARCH_X86_64"],
          syscalls: [
            {
              names: ["clone"],
              action: "SCMP_ACT_ALLOW",
              args: [{ index: 0, value: 2n ** 64n - 1n, valueTwo: 1n, op: "SCMP_CMP_MASKED_EQ" }],
            },
          ],
        },
      },
    });
    open.session?.connection.close();
    runtime.close();
    rmSync(open.dir ?? "", { recursive: true });
    const older = await meet("containerd", "2.1.9", one, define("env", { edits: { env: ["A=1"] } }));
    expect(await older.runtime.create({ container: { id: "c" } })).toMatchObject({
      env: [{ key: "A", value: "1" }],
    });
    expect(older.said).toContainEqual([
      "warn",
      "hook filter is left out: containerd 2.1.9 takes no seccomp profile over NRI",
    ]);
  });

  test("has hooks with an environment, the pod's namespace, and one that begins the record where no other does", async () => {
    const hook = define("late", { entry: hex("1"), hook: hex("2"), stages: ["poststop"], timeout: 3 });
    const { runtime } = await meet("cri-o", "1.31.0", hook);
    const pod = { name: "p", namespace: "ours", annotations: {} };
    const { hooks } = (await runtime.create({ pod, container: { id: "c" } })) as ContainerAdjustment;
    const [begin] = hooks?.createRuntime ?? [];
    const [late] = hooks?.poststop ?? [];
    expect([begin?.args.slice(0, 2), begin?.env]).toEqual([
      ["hookwright-guard", "begin"],
      [`HOOKWRIGHT_ROOT=${open.dir}`],
    ]);
    expect(late?.args.slice(2)).toEqual(["poststop", begin?.args[3] ?? "", "", "nri", "ours"]);
    expect(late?.timeout?.value).toBe(8n);
  });

  test("annotations of the pod count below the container's; its author writes none of the engine's", async () => {
    const source: [string, string] = ["", ""];
    const key = { kind: "equals", text: "wanted" } as const;
    const asked = define("asked", {
      when: { annotations: [{ key, value: { kind: "equals", text: "yes" }, source }] },
      edits: { env: ["A=1"] },
    });
    const { runtime } = await meet("containerd", "1.7.24", asked);
    const of = (pod: { [key: string]: string }, container: { [key: string]: string }) => ({
      pod: { name: "p", namespace: "ours", annotations: pod },
      container: { id: "c", annotations: container },
    });
    expect(await runtime.create(of({ wanted: "yes" }, {}))).toMatchObject({
      env: [{ key: "A", value: "1" }],
    });
    expect(runtime.create(of({ wanted: "yes" }, { wanted: "no" }))).rejects.toThrow("no adjustment");
    const typed = { wanted: "yes", "io.kubernetes.cri.container-type": "sandbox" };
    expect(await runtime.create(of(typed, {}))).toMatchObject({ env: [{ key: "A" }] });
  });

  test("a namespace that the container's own annotations contradict stops it", async () => {
    const one = define("one", { when: { namespaces: ["ours"] }, edits: { env: ["A=1"] } });
    const { runtime, said } = await meet("containerd", "1.7.24", one);
    const annotations = { "io.kubernetes.cri.sandbox-namespace": "theirs" };
    const pod = { name: "p", namespace: "ours", annotations: {} };
    expect(await runtime.create({ pod, container: { id: "c", annotations } })).toContain(
      "the annotations disagree",
    );
    expect(said.at(-1)?.[0]).toBe("error");
  });

  test("an image counts by the digest that the engine's own annotation has, never by one of the pod's", async () => {
    const [tested, other] = [hex("a"), hex("b")].map((digest) => `sha256:${digest}`);
    const images = [{ digest: tested ?? "", source: tested ?? "" }];
    const one = define("one", { when: { always: true, images }, edits: { env: ["A=1"] } });
    const { runtime } = await meet("containerd", "1.7.24", one);
    const key = "io.kubernetes.cri.image-name";
    const of = (digest: string | undefined, ofPod = {}) => ({
      pod: { name: "p", namespace: "ours", annotations: ofPod },
      container: { id: "c", annotations: digest === undefined ? {} : { [key]: `example.com/app@${digest}` } },
    });
    expect(await runtime.create(of(tested))).toMatchObject({ env: [{ key: "A", value: "1" }] });
    expect(await runtime.create(of(other))).toContain("run with the images");
    expect(await runtime.create(of(undefined, { [key]: `example.com/app@${tested}` }))).toContain(
      "containerd did not name its image",
    );
  });

  test("what NRI has no words for is left out as a whole, with the reason", async () => {
    const reasons = {
      first: [{ entry: hex("1"), position: "prepend" }, "NRI adds hooks behind them"],
      pause: [{ when: { sandbox: true } }, "NRI asks nothing about sandboxes"],
      early: [{ stages: ["precreate"] }, "a hook of precreate is run by the wrapper only"],
      groups: [{ edits: { additionalGids: [5] } }, "NRI has no groups"],
      less: [{ edits: { removeEnv: ["A"] } }, "no variable can be taken away"],
      limits: [{ edits: { rlimits: [] } }, "containerd 1.7.6 takes no rlimits over NRI"],
      pipe: [{ edits: { deviceNodes: [{ path: "/dev/p", type: "p" }] } }, "NRI makes no pipes"],
      read: [
        { edits: { deviceNodes: [{ path: "/dev/r", type: "c", permissions: "r" }] } },
        "NRI gives rw on /dev/r",
      ],
    } as const;
    const plan = Object.entries(reasons).map(([name, [more]]) =>
      define(name, more as Partial<PlannedDefinition>),
    );
    const { runtime, said } = await meet("containerd", "1.7.6", ...plan);
    await runtime.call("Synchronize", new Uint8Array(0));
    const warned = said.filter(([level]) => level === "warn").map(([, message]) => message);
    expect(warned).toHaveLength(plan.length);
    for (const [name, [, why]] of Object.entries(reasons))
      expect(warned.some((line) => line.startsWith(`hook ${name} is left out: `) && line.includes(why))).toBe(
        true,
      );
  });
});
