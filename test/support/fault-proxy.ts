/**
 * A proxy before a real registry that does what networks and servers do: answers with an error, breaks a connection in the
 * middle of a body, damages a byte, stands still, sends elsewhere. What it was asked is kept.
 */

import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
}

export type Fault =
  | { readonly status: number; readonly headers?: { readonly [name: string]: string } }
  /** Bytes of the answer's body after which the connection ends; 0 ends it before the answer. */
  | { readonly cutAnswer: number }
  /** Bytes of the request's body that reach the registry before its connection ends. */
  | { readonly cutRequest: number }
  /** Changes the first byte of the body. */
  | { readonly damage: true }
  /** Says another length, and sends as much. */
  | { readonly append: string }
  /** Answers with the head, then nothing. */
  | { readonly stand: true };

export interface FaultProxy {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  readonly asked: Asked[];
  /** Decides for each request; undefined passes it on. */
  decide(by: (asked: Asked, count: number) => Fault | undefined): void;
  stop(): void;
}

/** Starts a proxy before a registry that speaks plain http at `host`. */
export async function startFaultProxy(host: string): Promise<FaultProxy> {
  const asked: Asked[] = [];
  let decide: (asked: Asked, count: number) => Fault | undefined = () => undefined;
  const server = createServer((incoming, outgoing) => {
    const one = { method: incoming.method ?? "", path: incoming.url ?? "", headers: incoming.headers };
    asked.push(one);
    const fault = decide(one, asked.length);
    if (fault !== undefined && "status" in fault) {
      incoming.resume();
      outgoing.writeHead(fault.status, { ...fault.headers });
      outgoing.end();
    } else pass(host, incoming, outgoing, fault);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");
  return {
    host: `127.0.0.1:${address.port}`,
    asked,
    decide(by) {
      asked.length = 0;
      decide = by;
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function pass(
  host: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  fault: Exclude<Fault, { status: number }> | undefined,
): void {
  const own = incoming.headers.host ?? "";
  const [hostname, port] = host.split(":");
  const onward = request(
    {
      hostname,
      port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...incoming.headers, host: own },
    },
    (answer) => {
      void answered(answer, outgoing, fault);
    },
  );
  onward.on("error", () => outgoing.socket?.destroy());
  if (fault !== undefined && "cutRequest" in fault) {
    let left = fault.cutRequest;
    incoming.on("data", (chunk: Buffer) => {
      if (left <= 0) return;
      onward.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) {
        // Time for the registry to write what it got.
        setTimeout(() => {
          onward.destroy();
          outgoing.socket?.destroy();
        }, 100);
      }
    });
    return;
  }
  incoming.pipe(onward);
}

async function answered(
  answer: IncomingMessage,
  outgoing: ServerResponse,
  fault: Exclude<Fault, { status: number }> | undefined,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  let body = Buffer.concat(chunks);
  if (fault !== undefined && "cutAnswer" in fault && fault.cutAnswer === 0) {
    outgoing.socket?.destroy();
    return;
  }
  const headers = { ...answer.headers };
  if (fault !== undefined && "damage" in fault) body[0] = (body[0] ?? 0) ^ 1;
  if (fault !== undefined && "append" in fault) {
    body = Buffer.concat([body, Buffer.from(fault.append)]);
    headers["content-length"] = String(body.length);
  }
  outgoing.writeHead(answer.statusCode ?? 500, headers);
  if (fault !== undefined && "stand" in fault) {
    outgoing.flushHeaders();
    return;
  }
  if (fault === undefined || !("cutAnswer" in fault)) {
    outgoing.end(body);
    return;
  }
  outgoing.write(body.subarray(0, fault.cutAnswer), () => setTimeout(() => outgoing.socket?.destroy(), 20));
}
