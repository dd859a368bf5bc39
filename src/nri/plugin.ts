/**
 * The plugin: registers with the runtime, says which events it is to hear of, and answers them until the connection ends. The runtime
 * may configure a plugin before it has answered the registration.
 */

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Failure } from "../spec/failure.ts";
import type { Stage } from "../spec/stage.ts";
import { Connection } from "./connection.ts";
import { Decider, type Decision } from "./decide.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import {
  ConfigureRequestSchema,
  ConfigureResponseSchema,
  type CreateContainerRequest,
  CreateContainerRequestSchema,
  CreateContainerResponseSchema,
  EmptySchema,
  RegisterPluginRequestSchema,
  RemoveContainerRequestSchema,
  StateChangeEventSchema,
  SynchronizeRequestSchema,
  SynchronizeResponseSchema,
} from "./generated/nri_pb.ts";
import type { PluginOptions } from "./options.ts";

const RUNTIME = "nri.pkg.api.v1alpha1.Runtime";
const EVENT = { createContainer: 4, removeContainer: 11 } as const;
/** Events that every version knows: a runtime drops a plugin that asks for one that it does not know, and 0 means all of them. */
const EVENTS = (1 << (EVENT.createContainer - 1)) | (1 << (EVENT.removeContainer - 1));
/** How long the runtime may take to answer, milliseconds. */
const PATIENCE = 5000;

export interface Session {
  readonly dialect: Dialect;
  /** Milliseconds within which the runtime wants an answer; 0 when it has not said. */
  readonly due: number;
  readonly connection: Connection;
}

/** Registers over a new connection; resolves when the runtime has configured the plugin. @throws Failure `nri_…` */
export async function openSession(options: PluginOptions): Promise<Session> {
  const { promise, resolve, reject } = Promise.withResolvers<Omit<Session, "connection">>();
  let decider: Decider | undefined;
  const connection = await Connection.open(options.socket, async (method, payload) => {
    if (method === "Configure") {
      const { runtimeName, runtimeVersion, requestTimeout } = fromBinary(ConfigureRequestSchema, payload);
      const dialect = dialectOf(runtimeName, runtimeVersion);
      decider = new Decider(options.roots, dialect, (digest, leftOut) => {
        options.log("info", `plan ${digest.slice(0, 12)} is in force`);
        for (const { name, why } of leftOut) options.log("warn", `hook ${name} is left out: ${why}`);
      });
      resolve({ dialect, due: Number(requestTimeout) });
      return toBinary(ConfigureResponseSchema, create(ConfigureResponseSchema, { events: EVENTS }));
    }
    return decider === undefined ? undefined : answer(method, payload, decider, options);
  });
  void connection.closed.then((fault) => reject(fault ?? closedEarly()));
  // Whoever waits hears of the call's failure first.
  promise.catch(() => undefined);
  const timer = setTimeout(() => connection.close(), PATIENCE);
  try {
    const request = create(RegisterPluginRequestSchema, {
      pluginName: options.name,
      pluginIdx: options.index,
    });
    await connection.call(RUNTIME, "RegisterPlugin", toBinary(RegisterPluginRequestSchema, request));
    return { ...(await promise), connection };
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function answer(
  method: string,
  payload: Uint8Array,
  decider: Decider,
  options: PluginOptions,
): Promise<Uint8Array | undefined> {
  switch (method) {
    case "Synchronize": {
      const { more } = fromBinary(SynchronizeRequestSchema, payload);
      await prepare(decider, options);
      return toBinary(SynchronizeResponseSchema, create(SynchronizeResponseSchema, { more }));
    }
    case "CreateContainer": {
      const adjust = await adjustmentFor(fromBinary(CreateContainerRequestSchema, payload), decider, options);
      const response = create(CreateContainerResponseSchema, adjust === undefined ? {} : { adjust });
      return toBinary(CreateContainerResponseSchema, response);
    }
    case "StateChange": {
      const { event, container } = fromBinary(StateChangeEventSchema, payload);
      if (event === EVENT.removeContainer && container !== undefined) decider.forget(container.id);
      return toBinary(EmptySchema, create(EmptySchema));
    }
    case "RemoveContainer": {
      const { container } = fromBinary(RemoveContainerRequestSchema, payload);
      if (container !== undefined) decider.forget(container.id);
      return toBinary(EmptySchema, create(EmptySchema));
    }
    case "Shutdown":
      options.log("info", "the runtime is going down");
      return toBinary(EmptySchema, create(EmptySchema));
    default:
      return undefined;
  }
}

/** A plan that is not to be read stops containers, not the plugin: somebody may mend it meanwhile. */
async function prepare(decider: Decider, { log }: PluginOptions): Promise<void> {
  try {
    await decider.prepare();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log("error", `no container is created: ${error.message}`);
  }
}

async function adjustmentFor(
  { pod, container }: CreateContainerRequest,
  decider: Decider,
  { log }: PluginOptions,
) {
  if (container === undefined) return undefined;
  const of = `container ${container.id.slice(0, 12)} (${pod?.namespace}/${pod?.name}/${container.name})`;
  try {
    const decision = await decider.decide(pod, container);
    tell(decision, of, log);
    return decision.adjustment;
  } catch (error) {
    log("error", `${of} is refused: ${error instanceof Failure ? error.message : String(error)}`);
    throw error;
  }
}

function tell({ injection, passedOver, adjustment }: Decision, of: string, log: PluginOptions["log"]): void {
  for (const { message } of injection.skipped) log("warn", `${of}: hook left out: ${message}`);
  if (passedOver !== undefined) {
    log("warn", `${of} gets no hooks: ${passedOver.message}`);
    return;
  }
  if (adjustment === undefined) {
    log("debug", `${of}: nothing applies`);
    return;
  }
  const hooks = Object.entries(injection.added).map(
    ([stage, names]) => `${stage as Stage} ${names.join(" ")}`,
  );
  const edited = injection.changed.filter((member) => member !== "hooks");
  const edits = edited.length === 0 ? [] : [`edited ${edited.join(" ")}`];
  log("info", `${of}: ${[...hooks, ...edits].join(", ")}`);
}

function closedEarly(): Failure {
  return new Failure("nri_closed", "register with the runtime: it closed the connection", {
    hint: "the engine's own log says why",
  });
}
