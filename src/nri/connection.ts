/**
 * One connection to a runtime's NRI socket: the plugin's service answers calls on it, and calls the runtime's. Whatever is wrong with
 * it, it ends; who made it tries again.
 */

import { createConnection, type Socket } from "node:net";
import { EXIT, Failure } from "../spec/failure.ts";
import { CONNECTION, Demultiplexer, framesOf } from "./mux.ts";
import { CODE, failureBytes, type Incoming, MessageReader, requestBytes, responseBytes } from "./ttrpc.ts";

/** Answers one call of the runtime; undefined for a method that it does not know. What it throws is said to the runtime. */
export type Answer = (method: string, payload: Uint8Array) => Promise<Uint8Array | undefined>;

interface Waiting {
  resolve(payload: Uint8Array): void;
  reject(failure: Failure): void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #answer: Answer;
  readonly #pieces = new Demultiplexer();
  readonly #calls = new MessageReader();
  readonly #responses = new MessageReader();
  readonly #waiting = new Map<number, Waiting>();
  #stream = 1;
  /** Why the connection was given up; undefined when the other end closed it. */
  #fault: Failure | undefined;
  /** Resolves when the connection is no more, with the reason where there is one. */
  readonly closed: Promise<Failure | undefined>;

  private constructor(socket: Socket, answer: Answer) {
    this.#socket = socket;
    this.#answer = answer;
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        for (const { reject } of this.#waiting.values()) reject(gone());
        resolve(this.#fault);
      });
    });
    socket.on("error", (error) => this.#giveUp(broken(error)));
    socket.on("data", (bytes: Uint8Array) => this.#take(bytes));
  }

  /** @throws Failure `nri_socket` when nobody listens at `path` */
  static open(path: string, answer: Answer): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(path);
      const failed = (error: Error) => reject(unreachable(path, error));
      socket.once("error", failed);
      socket.once("connect", () => {
        socket.off("error", failed);
        resolve(new Connection(socket, answer));
      });
    });
  }

  /** Calls a method of the runtime. @throws Failure `nri_refused` with the runtime's words, `nri_closed` */
  call(service: string, method: string, payload: Uint8Array): Promise<Uint8Array> {
    const stream = this.#stream;
    this.#stream += 2;
    return new Promise((resolve, reject) => {
      this.#waiting.set(stream, { resolve, reject });
      this.#send(CONNECTION.runtime, requestBytes(stream, service, method, payload));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #send(connection: number, message: Uint8Array): void {
    if (!this.#socket.destroyed) this.#socket.write(framesOf(connection, message));
  }

  #take(bytes: Uint8Array): void {
    try {
      for (const piece of this.#pieces.push(bytes)) {
        if (piece.connection === CONNECTION.plugin) {
          for (const message of this.#calls.push(piece.bytes)) this.#called(message);
        } else if (piece.connection === CONNECTION.runtime) {
          for (const message of this.#responses.push(piece.bytes)) this.#responded(message);
        }
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#giveUp(error);
    }
  }

  #called(message: Incoming): void {
    if (message.kind !== "request") return;
    const { stream, request } = message;
    this.#answer(request.method, request.payload)
      .then((payload) =>
        payload === undefined
          ? failureBytes(stream, CODE.unimplemented, `no method ${request.method}`)
          : responseBytes(stream, payload),
      )
      .catch((error: unknown) => failureBytes(stream, CODE.unknown, textOf(error)))
      .then((bytes) => this.#send(CONNECTION.plugin, bytes));
  }

  #responded(message: Incoming): void {
    if (message.kind !== "response") return;
    const waiting = this.#waiting.get(message.stream);
    this.#waiting.delete(message.stream);
    const { status, payload } = message.response;
    if (status === undefined || status.code === 0) waiting?.resolve(payload);
    else waiting?.reject(refused(status.message));
  }

  #giveUp(fault: Failure): void {
    this.#fault ??= fault;
    this.#socket.destroy();
  }
}

/** What the engine shows of a failure, such as in the event of a pod. */
function textOf(error: unknown): string {
  if (!(error instanceof Failure)) return `hookwright: ${String(error)}`;
  return `hookwright: ${error.message}${error.hint === undefined ? "" : ` (${error.hint})`}`;
}

function unreachable(path: string, error: Error): Failure {
  return new Failure("nri_socket", `connect to ${path}: ${error.message}`, {
    hint: "is the engine running, and NRI enabled in its configuration? `hookwright engine enable ENGINE --nri` does that",
    cause: error,
  });
}

function broken(error: Error): Failure {
  return new Failure("nri_socket", `talk over the NRI socket: ${error.message}`, { cause: error });
}

function gone(): Failure {
  return new Failure("nri_closed", "call the runtime over NRI: it closed the connection");
}

function refused(message: string): Failure {
  return new Failure("nri_refused", `register with the runtime: ${message}`, {
    hint: "choose another --name or --index",
    exitCode: EXIT.failed,
  });
}
